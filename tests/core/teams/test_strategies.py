"""Who speaks when, what they are told, and what comes of it."""

import json

from core.agents.budget import Budget, Spent
from core.teams.team import Termination
from core.teams.turn import Said, Turn
from tests.core.teams.simulated import by_name, delegating, judged, play, sat_down, team, told


def spoke(playing):
    return [taken.turn.name for taken in playing.table.taken]


# Sequential


def test_each_member_builds_on_the_one_before() -> None:
    playing = play(team('sequential', 'ann', 'bob', 'cid'), by_name)
    assert spoke(playing) == ['Ann', 'Bob', 'Cid']
    assert [told(taken.turn) for taken in playing.table.taken] == [
        'Do it.',
        'Do it.\n\nWhat was made of it so far:\n\n### Ann\n\nAnn says so.',
        'Do it.\n\nWhat was made of it so far:\n\n### Bob\n\nBob says so.',
    ]
    assert playing.answer.text == 'Cid says so.'


def test_a_phrase_ends_it_and_is_no_part_of_the_answer() -> None:
    said = {'Ann': 'Here it is.', 'Bob': '**All good.**'}
    ends = Termination(phrase='all good')
    playing = play(team('sequential', 'ann', 'bob', 'cid', termination=ends), lambda turn: Said(text=said[turn.name]))
    assert spoke(playing) == ['Ann', 'Bob']
    assert playing.answer.text == 'Here it is.'


def test_who_speaks_once_is_not_counted_but_a_budget_holds() -> None:
    assert len(spoke(play(team('sequential', 'ann', 'bob', 'cid', termination=Termination(max_turns=1)), by_name))) == 3
    ends = Termination(budget=Budget(tokens=100))
    playing = play(
        team('sequential', 'ann', 'bob', 'cid', termination=ends), lambda _: Said(text='x', spent=Spent(tokens=60))
    )
    assert spoke(playing) == ['Ann', 'Bob']
    assert [taken.turn.budget.tokens for taken in playing.table.taken] == [100, 40]


# Parallel


def test_all_answer_at_once_and_the_combiner_makes_one_of_it() -> None:
    playing = sat_down(team('parallel', 'ann', 'bob', lead='jud'))
    assert [turn.name for _, turn in playing.ready()] == ['Ann', 'Bob']
    playing.ended(1, Said(text='Second.'))
    assert [*playing.ready()] == []
    playing.ended(0, Said(text='First.'))
    ((number, combining),) = playing.ready()
    assert told(combining) == 'Do it.\n\nWhat the members answered:\n\n### Ann\n\nFirst.\n\n### Bob\n\nSecond.'
    playing.ended(number, Said(text='Both.'))
    assert playing.answer.text == 'Both.'


def test_without_a_combiner_the_answers_stand_one_below_the_other() -> None:
    playing = play(team('parallel'), by_name)
    assert playing.answer.text == '## Ann\n\nAnn says so.\n\n## Bob\n\nBob says so.'


def test_those_who_work_at_once_share_the_budget() -> None:
    playing = sat_down(team('parallel', termination=Termination(budget=Budget(tokens=100, tool_calls=5, cost=1))))
    assert {turn.budget for _, turn in playing.ready()} == {Budget(tokens=50, tool_calls=2, cost=0.5)}


# Round robin


def test_a_discussion_goes_round_until_the_turns_are_used_up() -> None:
    playing = play(team('round_robin', termination=Termination(max_turns=5)), by_name)
    assert spoke(playing) == ['Ann', 'Bob', 'Ann', 'Bob', 'Ann']
    assert told(playing.table.taken[2].turn).endswith('### Ann\n\nAnn says so.\n\n### Bob\n\nBob says so.')
    assert playing.answer.text == 'Ann says so.'


def test_the_judge_of_a_discussion_says_when_they_are_done() -> None:
    verdicts = iter([{'done': False, 'answer': ''}, {'done': True, 'answer': 'That is it.'}])
    playing = play(
        team('round_robin', lead='jud'),
        lambda turn: judged(turn, **next(verdicts)) if turn.form else by_name(turn),
    )
    assert spoke(playing) == ['Ann', 'Bob', 'Jud', 'Ann', 'Bob', 'Jud']
    assert playing.answer.text == 'That is it.'


def test_a_judge_that_is_never_content_does_not_keep_them_for_ever() -> None:
    ends = Termination(max_turns=6)
    playing = play(team('round_robin', lead='jud', termination=ends), lambda turn: judged(turn, done=False, answer=''))
    assert spoke(playing) == ['Ann', 'Bob', 'Jud', 'Ann', 'Bob', 'Jud']
    assert playing.answer.text == 'Bob says so.'


# Supervisor


def test_a_supervisor_delegates_sees_the_results_and_answers() -> None:
    def say(turn: Turn) -> Said:
        if turn.name != 'Jud':
            return Said(text=f'{turn.name}: {told(turn)} done')
        if len(turn.talk) == 1:
            return delegating(
                turn, ('ask_ann', json.dumps({'task': 'Look.'})), ('ask_bob', json.dumps({'task': 'Dig.'}))
            )
        return Said(text=' and '.join(result.text for result in turn.talk[-1].tool_results))

    playing = play(team('supervisor', lead='jud'), say)
    assert spoke(playing) == ['Jud', 'Ann', 'Bob', 'Jud']
    assert playing.answer.text == 'Ann: Look. done and Bob: Dig. done'


def test_a_supervisor_is_told_what_its_members_can_do() -> None:
    members = ({'agent': 'ann', 'role': 'Looks things up'}, 'bob')
    ((_, turn),) = sat_down(team('supervisor', *members, lead='jud')).ready()
    assert [tool.name for tool in turn.delegates] == ['ask_ann', 'ask_bob']
    assert turn.delegates[0].description.endswith('brings back the answer. Looks things up. Knows annish.')


def test_a_wrong_delegation_comes_back_as_an_error() -> None:
    def say(turn: Turn) -> Said:
        if len(turn.talk) == 1:
            return delegating(turn, ('ask_ann', '{'), ('ask_bob', '{"task": ""}'))
        return Said(text=' / '.join(result.text for result in turn.talk[-1].tool_results))

    playing = play(team('supervisor', lead='jud'), say)
    assert spoke(playing) == ['Jud', 'Jud']
    assert 'not a JSON object' in playing.answer.text
    assert 'Say in `task`' in playing.answer.text


def test_a_supervisor_that_never_stops_delegating_must_answer_at_the_limit() -> None:
    def say(turn: Turn) -> Said:
        if turn.last:
            return Said(text='That is all there is.')
        if turn.delegates:
            return delegating(turn, *[('ask_ann', '{"task": "More."}')] * 3)
        return by_name(turn)

    playing = play(team('supervisor', lead='jud', termination=Termination(max_turns=6)), say)
    assert spoke(playing) == ['Jud', 'Ann', 'Ann', 'Ann', 'Jud', 'Ann', 'Jud']
    results = playing.table.taken[-1].turn.talk[-1]
    assert [result.is_error for result in results.tool_results] == [False, True, True]
    assert results.text == 'No member can be asked any more. Answer now with what you have.'
    assert playing.answer.text == 'That is all there is.'


# Debate


def test_a_debate_is_decided_by_its_judge() -> None:
    verdicts = iter([{'done': False, 'answer': ''}, {'done': True, 'answer': 'Ann is right.'}])
    playing = play(
        team('debate', lead='jud'),
        lambda turn: judged(turn, **next(verdicts)) if turn.form else by_name(turn),
    )
    assert spoke(playing) == ['Ann', 'Bob', 'Jud', 'Ann', 'Bob', 'Jud']
    assert told(playing.table.taken[3].turn).endswith('### Bob\n\nBob says so.\n\n### Jud\n\nSo it is.')
    assert playing.answer.text == 'Ann is right.'


def test_at_the_limit_the_judge_must_rule() -> None:
    playing = play(
        team('debate', lead='jud', termination=Termination(max_turns=6)),
        lambda turn: (
            judged(turn, done=False, answer='' if 'done' in turn.form['properties'] else 'Enough.')
            if turn.form
            else by_name(turn)
        ),
    )
    assert spoke(playing) == ['Ann', 'Bob', 'Jud', 'Ann', 'Bob', 'Jud']
    assert playing.table.taken[-1].turn.last
    assert playing.answer.text == 'Enough.'


# Vote


def test_the_answer_with_most_votes_is_taken() -> None:
    votes = {'Ann': '2', 'Bob': '2', 'Cid': '3'}
    playing = play(team('vote', 'ann', 'bob', 'cid'), lambda turn: judged(turn, vote=votes[turn.name]))
    assert playing.answer.text == 'Bob says so.'
    assert playing.answer.more == {'winner': 'Bob', 'votes': {'Ann': 0, 'Bob': 2, 'Cid': 1}}


def test_voters_do_not_see_whose_answer_it_is() -> None:
    playing = play(team('vote'), lambda turn: judged(turn, vote='1') if turn.form else Said(text='So.'))
    paper = told(playing.table.taken[-1].turn)
    assert paper == 'Do it.\n\nAnswer 1:\n\nSo.\n\nAnswer 2:\n\nSo.'


def test_a_tie_is_broken_by_the_judge_or_else_by_the_order() -> None:
    votes = {'Ann': '2', 'Bob': '1', 'Jud': '2'}
    assert play(team('vote'), lambda turn: judged(turn, vote=votes[turn.name])).answer.more['winner'] == 'Ann'
    judging = play(team('vote', lead='jud'), lambda turn: judged(turn, vote=votes[turn.name]))
    assert judging.answer.more['winner'] == 'Bob'
    assert spoke(judging)[-1] == 'Jud'
