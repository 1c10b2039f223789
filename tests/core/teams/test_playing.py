"""What holds for all strategies: going on after a crash, failing members, places at the table."""

import random

import pytest

from core.errors import StepError
from core.teams.playing import Playing
from core.teams.rehearsal import rehearse
from core.teams.team import Member, Team, Termination
from core.teams.turn import Said, Turn
from tests.core.teams.simulated import AGENTS, by_name, delegating, play, sat_down, strategies, team, told

ALL = strategies().names()


def say(turn: Turn) -> Said:
    """Answers whatever is asked, the same each time."""
    if turn.delegates and not turn.last and len(turn.talk) < 5:
        return delegating(turn, ('ask_ann', '{"task": "Look."}'), ('ask_bob', '{"task": "Dig."}'))
    if turn.form is None:
        return Said(text=f'{turn.name} on {len(told(turn))} letters.')
    rules = {'vote': '2', 'done': len(told(turn)) > 400, 'answer': 'Ruled.', 'reason': 'So.'}
    return Said(text='{}', value={name: rules[name] for name in turn.form['properties']})


@pytest.mark.parametrize('strategy', ALL)
@pytest.mark.parametrize('seed', range(5))
def test_made_anew_at_any_moment_it_stands_where_it_stood(strategy: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    whole = play(team(strategy, 'ann', 'bob', lead='jud'), say)
    ended: dict[int, Said] = {}
    asked: list[int] = []
    playing = sat_down(team(strategy, 'ann', 'bob', lead='jud'))
    while playing.answer is None:
        for number, turn in playing.ready():
            if chance.random() < 0.6:
                asked.append(number)
                ended[number] = say(turn)
                playing.ended(number, ended[number])
        playing = sat_down(team(strategy, 'ann', 'bob', lead='jud'))  # it died, with turns under way
        for number in chance.sample(sorted(ended), len(ended)):
            playing.ended(number, ended[number])
    assert playing.answer == whole.answer
    assert [taken.turn for taken in playing.table.taken] == [taken.turn for taken in whole.table.taken]
    assert sorted(asked) == list(range(len(whole.table.taken)))


@pytest.mark.parametrize('strategy', ALL)
def test_each_turn_is_given_once(strategy: str) -> None:
    playing = sat_down(team(strategy, lead='jud'))
    assert [*playing.ready()]
    assert [*playing.ready()] == []


@pytest.mark.parametrize('strategy', ALL)
def test_a_failing_member_ends_a_team_that_is_to_stop(strategy: str) -> None:
    playing = play(team(strategy, lead='jud'), lambda turn: Said(error='No key.') if turn.name == 'Bob' else say(turn))
    assert str(playing.fault) == 'Bob: No key.'


@pytest.mark.parametrize('strategy', ALL)
def test_a_team_can_go_on_without_a_failing_member(strategy: str) -> None:
    going_on = team(strategy, lead='jud', on_failure='go_on', termination=Termination(max_turns=6))
    playing = play(going_on, lambda turn: Said(error='No key.') if turn.name == 'Bob' else say(turn))
    assert playing.fault is None
    assert playing.answer.text


@pytest.mark.parametrize('strategy', [name for name in ALL if name != 'supervisor'])
def test_a_team_of_which_nobody_answers_fails(strategy: str) -> None:
    going_on = team(strategy, on_failure='go_on', lead='jud' if strategy == 'debate' else '')
    assert 'Ann: No key.' in str(play(going_on, lambda _: Said(error='No key.')).fault)


@pytest.mark.parametrize('strategy', [name for name in ALL if strategies().get(name).lead])
def test_a_failing_lead_always_ends_it(strategy: str) -> None:
    def votes_tie(turn: Turn) -> Said:
        if turn.name == 'Jud':
            return Said(error='No key.')
        return Said(value={'vote': {'Ann': '1', 'Bob': '2'}[turn.name]}) if turn.form else by_name(turn)

    assert str(play(team(strategy, lead='jud', on_failure='go_on'), votes_tie).fault) == 'Jud: No key.'


def test_an_agent_may_sit_there_twice_with_different_parts() -> None:
    members = (Member(agent='ann', role='For it.'), Member(agent='ann', role='Against it.'))
    playing = sat_down(team('debate', *members, lead='ann'))
    assert [(seat.id, seat.name) for seat in playing.table.members] == [('ann', 'Ann'), ('ann_2', 'Ann 2')]
    assert playing.table.lead.name == 'Ann as judge'
    (_, first), (_, second) = playing.ready()
    assert first.instructions.startswith(
        'You are Ann, in the team “Team”.\nYour part: For it.\nWith you are: Ann 2 (Against it).'
    )
    assert 'Your part: Against it.' in second.instructions


def test_a_team_that_cannot_work_says_why() -> None:
    with pytest.raises(StepError, match='“Debate” needs a judge'):
        sat_down(team('debate'))
    with pytest.raises(StepError, match="There is no agent 'zoe'"):
        sat_down(team('sequential', 'zoe'))
    with pytest.raises(StepError, match='needs at least 2 members'):
        sat_down(team('vote', 'ann'))
    with pytest.raises(StepError, match="There is no strategy 'chaos'; there are: sequential"):
        sat_down(team('chaos'))


def test_a_team_stored_before_members_had_roles_is_still_read() -> None:
    stored = (
        '{"name": "Desk", "members": ["ann"], "strategy": "supervisor", "termination": {"max_turns": 3, "phrase": ""}}'
    )
    assert Team.model_validate_json(stored).members == (Member(agent='ann'),)


@pytest.mark.parametrize('strategy', ALL)
def test_a_rehearsal_shows_who_speaks_when(strategy: str) -> None:
    rehearsal = rehearse(team(strategy, 'ann', 'bob', lead='jud'), agents=AGENTS, strategies=strategies())
    first = (
        ['Jud']
        if strategy == 'supervisor'
        else ['Ann']
        if strategy in ('sequential', 'round_robin')
        else ['Ann', 'Bob']
    )
    assert [seat.name for seat in rehearsal.beats[0]] == first
    assert len(rehearsal.beats) > 1


def test_playing_needs_nothing_but_the_team_the_task_and_the_agents() -> None:
    assert Playing(team('vote'), 'Do it.', agents=AGENTS, strategies=strategies()).table.task == 'Do it.'
