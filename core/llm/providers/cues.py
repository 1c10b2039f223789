"""Which words hint at what, for the practice model: it has no other knowledge of the world."""

import re

WORD = re.compile(r"[^\W\d_][\w'’-]*")

_HINTS = {
    'account': 'password login account locked email access username sign',
    'action': 'will must need send prepare by until owner take finish call write check',
    'benefit': 'better save less lower improve gain fast advantage cheap quiet comfort',
    'billing': 'invoice charge refund payment pay paid money price subscription card bill',
    'bug': 'error crash broken fail wrong freeze exception',
    'complaint': 'disappointed angry unacceptable bad terrible unhappy late never worst',
    'cost': 'cost price money euro dollar expensive cheap pay budget invest grant',
    'decide': 'decided decision agreed approved chose postponed',
    'decision': 'decided decide agreed approved chose postponed',
    'delivery': 'parcel package delivered arrived shipping order courier tracking',
    'high': 'urgent urgently immediately asap down outage blocked critical today deadline',
    'limit': 'but however only except problem lose',
    'next': 'next will by until',
    'missing': 'unknown unproven proven claim whether nobody known unclear open',
    'open': 'open unclear unknown whether later undecided nobody proven',
    'practice': 'install use need take day week step',
    'problem': 'problem but however fail error broken concern',
    'risk': 'risk danger fail but however problem lose loss noise depend concern delay',
    'shipping': 'parcel package delivered delivery arrived order courier tracking',
    'task': 'will must need send prepare by until owner take finish call write check',
    'technical': 'error crash broken fail install login server update bug freeze slow down restart offline',
    'unknown': 'unproven proven claim whether nobody known unclear open',
    'urgent': 'urgently immediately asap down outage blocked critical today deadline stopped cannot',
}


def stem(word: str) -> str:
    """The word without its usual English endings, in lower case: 'charge', 'charges' and 'charged' are the same."""
    word = word.lower().removesuffix("'s").removesuffix('’s')
    if len(word) > 4 and word.endswith('ies'):
        return word[:-3] + 'y'
    for ending in ('ing', 'ed', 's'):
        if len(word) - len(ending) >= 3 and word.endswith(ending) and not word.endswith('ss'):
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word.endswith('e') else word


HINTS = {stem(word): frozenset(stem(hint) for hint in hints.split()) for word, hints in _HINTS.items()}

USUAL = ('other', 'otherwise', 'normal', 'general', 'neutral', 'none', 'low', 'unknown', 'no')
"""Words to choose where nothing hints at another."""

_WITHOUT_MEANING = (
    'a about above after all also an and any are as at be been but by can could did do does each every few for from '
    'give given had has have he her his how i if in into is it its just keep make may more most much must my no not '
    'now of on one only or our out over per please say she should so some such than that the their them then there '
    'these they this those to too two three four five up us use very was we were what when where which who why will '
    'with would write you your answer list bullet sentence question reply text input word point short brief briefly '
    'read find plain clear nothing nobody none somebody'
)
COMMON = frozenset(stem(word) for word in _WITHOUT_MEANING.split())


def all_stems(text: str) -> list[str]:
    """All words of a text, as stems."""
    return [stem(word) for word in WORD.findall(text)]


def stems(text: str) -> list[str]:
    """The words of a text that carry meaning, as stems."""
    return [found for found in all_stems(text) if found not in COMMON]
