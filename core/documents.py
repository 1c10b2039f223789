"""Workflows as files: what travels with one, and where that is once it has arrived."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

from core.agents.agent import Agent
from core.arrivals import Arrival
from core.errors import NotFoundError
from core.ids import slug
from core.library import Library
from core.named import Item, Kind, Named, named_by, renamed, renamed_graph
from core.nodes.node_type import NodeTypes
from core.stores import Stores
from core.teams.team import Team
from core.triggers.triggers import Triggers
from core.workflows.document import WorkflowDocument
from core.workflows.graph import Graph
from core.workflows.workflow import Workflow

ITSELF: Named = ('workflow', '')
"""The workflow of a document, beside those that it runs."""


class Documents:
    """Exports workflows with all that they name, and imports them; nothing of a document is run."""

    def __init__(self, stores: Stores, library: Library, triggers: Triggers, node_types: NodeTypes) -> None:
        self._agents = stores.agents
        self._teams = stores.teams
        self._workflows = stores.workflows
        self._arrivals = stores.arrivals
        self._library = library
        self._triggers = triggers
        self._node_types = node_types
        self._one_at_a_time = asyncio.Lock()

    async def export(self, workflow_id: str) -> WorkflowDocument:
        """The draft, what it names and what that names, and what starts them; of workflows what is published."""
        workflow = await self._workflows.get(workflow_id)
        found: dict[Named, Item] = {}
        left = [*named_by(workflow, self._node_types)]
        while left:
            key = left.pop()
            if key not in found and (item := await self._here(key)):
                found[key] = item
                left += named_by(item, self._node_types)
        items = sorted(found.values(), key=lambda item: (item.name.casefold(), item.id))
        document = WorkflowDocument(
            workflow=workflow,
            agents=tuple(item for item in items if isinstance(item, Agent)),
            teams=tuple(item for item in items if isinstance(item, Team)),
            workflows=tuple(item for item in items if isinstance(item, Workflow)),
        )
        return await self._triggers.beside(document)

    async def bring(self, document: WorkflowDocument) -> Workflow:
        """Stores the workflow as a draft under a free name, and with it all that `bring_along` stores."""
        ids = await self._bring(document, {ITSELF: document.workflow, **_inside(document)})
        return await self._workflows.get(ids[ITSELF])

    async def bring_along(self, document: WorkflowDocument) -> Graph:
        """The document's graph, naming agents, teams and workflows that are here.

        Those that are here already, just as they are in the file, are used; others are added under free ids. A workflow
        whose name is taken gets a number, so that lists and the command line can tell the two apart. What can run is
        published, as it was where it comes from, and what starts it is switched off.
        """
        return renamed_graph(document.workflow.graph, await self._bring(document, _inside(document)))

    async def _bring(self, document: WorkflowDocument, items: Mapping[Named, Item]) -> dict[Named, str]:
        """Stores what is not here already, all of it or nothing; where each is now, by the id that it had."""
        async with self._one_at_a_time:  # two of a kind at the same time would both find an id free
            free = await self._free_ids(items)
            same = await self._just_so(items, free)
            ids = _with_own(free, same)
            new = [_at(ids[key], renamed(item, ids)) for key, item in items.items() if key not in same]
            started = {key: ids[kind, key] for kind, key in items.keys() - same if kind == 'workflow'}
            triggers = await self._triggers.arriving(document, started)
            await self._arrivals.store(await self._arrival(new, triggers, draft=ids.get(ITSELF, '')))
            return ids

    async def _free_ids(self, items: Mapping[Named, Item]) -> dict[Named, str]:
        taken: dict[Kind, set[str]] = {
            'agent': {agent.id for agent in await self._agents.all()},
            'team': {team.id for team in await self._teams.all()},
            'workflow': {workflow.id for workflow in await self._workflows.all()},
        }
        ids = {}
        for (kind, key), item in items.items():
            ids[kind, key] = slug(key or item.name, taken=taken[kind])
            taken[kind].add(ids[kind, key])
        return ids

    async def _just_so(self, items: Mapping[Named, Item], free: Mapping[Named, str]) -> set[Named]:
        """Those that are here as they are in the file, and so is all that they name."""
        here = {key: await self._here(key) for key in items}
        same = {key for key, item in items.items() if (found := here[key]) and _content(found) == _content(item)}
        while strays := {key for key in same if renamed(items[key], _with_own(free, same)) != items[key]}:
            same -= strays
        return same

    async def _here(self, named: Named) -> Item | None:
        """What is stored under an id, as files have it: of a workflow what is published."""
        kind, key = named
        try:
            match kind:
                case 'agent':
                    return await self._agents.get(key)
                case 'team':
                    return await self._teams.get(key)
                case 'workflow':
                    workflow = await self._workflows.get(key)
        except NotFoundError:
            return None
        versions = await self._workflows.versions(key) if workflow.published else []
        return workflow.model_copy(update={'graph': versions[0].graph, 'source': ''}) if versions else None

    async def _arrival(self, new: Sequence[Item], triggers: Arrival, *, draft: str) -> Arrival:
        """The new ones as they are to be stored; of the workflows all are published that can run, but the `draft`."""
        taken = {workflow.name for workflow in await self._workflows.all()}
        workflows = [
            item.model_copy(update={'name': _free_name(item.name, taken), 'published': None})
            for item in new
            if isinstance(item, Workflow)
        ]
        others = [item for item in new if not isinstance(item, Workflow)]
        able = await self._able([workflow for workflow in workflows if workflow.id != draft], others)
        versions = {workflow.id: await self._library.to_be_published(workflow) for workflow in able}
        published = {key: {'published': version.number} for key, version in versions.items()}
        return replace(
            triggers,
            agents=[item for item in others if isinstance(item, Agent)],
            teams=[item for item in others if isinstance(item, Team)],
            workflows=[workflow.model_copy(update=published.get(workflow.id)) for workflow in workflows],
            versions=[*versions.values()],
        )

    async def _able(self, workflows: Sequence[Workflow], others: Sequence[Item]) -> list[Workflow]:
        """Those that can run, also where they run each other; the others stay drafts, which say why."""
        able = list(workflows)
        while unable := [each for each in able if await self._library.errors(each.graph, given=[*others, *able])]:
            able = [each for each in able if each not in unable]
        return able


def _inside(document: WorkflowDocument) -> dict[Named, Item]:
    """What a document brings beside its workflow, by what it is named there."""
    return {
        **{('agent', agent.id): agent for agent in document.agents},
        **{('team', team.id): team for team in document.teams},
        **{('workflow', workflow.id): workflow for workflow in document.workflows},
    }


def _with_own(free: Mapping[Named, str], same: Iterable[Named]) -> dict[Named, str]:
    """The ids where those that are here already keep theirs."""
    return {**free, **{named: named[1] for named in same}}


def _content(item: Item) -> dict[str, Any]:
    return item.model_dump(exclude={'id', 'revision', 'created_at', 'updated_at', 'published'})


def _at(key: str, item: Item) -> Item:
    return item.model_copy(update={'id': key})


def _free_name(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken; it is taken from now on."""
    numbered = (f'{name} ({number})' for number in count(2))
    free = next(candidate for candidate in chain([name], numbered) if candidate not in taken)
    taken.add(free)
    return free
