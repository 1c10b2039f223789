"""What others added to the app, and what of it did not load."""

from importlib.metadata import entry_points

from core.orchestrator import Orchestrator
from core.plugins import GROUP
from pages.components.layout import badge, box, icon, notice, pairs, panel, section, words


def draw_plugins(orchestrator: Orchestrator) -> None:
    extensions = orchestrator.extensions
    installed = sorted({point.name for point in entry_points(group=GROUP)} - set(extensions.faults))
    for name, fault in extensions.faults.items():
        notice(
            f'The plugin {name} did not load: {fault}\nEverything else works. Update it, or remove its package.', 'bad'
        )
    note = 'Packages that add providers, node types or sandbox levels; they are loaded when the app starts.'
    with section('Plugins', note), panel('ao-panel--tight'):
        for name in installed:
            with box('ao-list-row'):
                icon('extension', 'ao-faint')
                words(name, 'ao-grow')
                badge('loaded', icon_name='check')
        if not installed:
            words('No plugin is loaded.', 'ao-faint ao-small ao-list-row')
    with section('What there is to use'), panel():
        pairs(
            {
                'Providers': ', '.join(provider.title for provider in extensions.providers),
                'Sandbox levels': ', '.join(level.title for level in extensions.sandboxes) or '–',
                'Strategies of teams': ', '.join(each.title for each in extensions.strategies) or '–',
                'Node types': ', '.join(each.title for each in extensions.node_types if each.offered) or '–',
            }
        )
