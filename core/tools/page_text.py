"""From HTML to the text that a person reads."""

import re
from html.parser import HTMLParser

_SILENT = {'script', 'style', 'noscript', 'template', 'svg', 'head', 'iframe', 'object', 'select', 'button', 'nav'}
_BLOCKS = {
    'address', 'article', 'aside', 'blockquote', 'br', 'dd', 'div', 'dl', 'dt', 'figure', 'footer', 'form', 'h1', 'h2',
    'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'li', 'main', 'ol', 'p', 'pre', 'section', 'table', 'tr', 'ul',
}  # fmt: skip
_EMPTY_LINES = re.compile(r'\n\s*\n\s*')
_BLANKS = re.compile(r'[ \t\r\f\v\xa0]+')


def page_text(html: str) -> str:
    """The title and the text, paragraph by paragraph; headings and list items are marked as in Markdown."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    body = _EMPTY_LINES.sub('\n\n', _BLANKS.sub(' ', ''.join(reader.pieces)))
    lines = '\n'.join(line.strip() for line in body.split('\n')).strip()
    title = ' '.join(''.join(reader.title).split())
    return f'{title}\n\n{lines}'.strip() if title and not lines.startswith(title) else lines


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.title: list[str] = []
        self._silent: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = self._in_title or (tag == 'title' and not self.title)
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == 'body':  # whatever was left open before it
            self._silent.clear()
        elif tag in _BLOCKS:
            self.pieces.append('\n\n' if tag not in ('br', 'li', 'tr', 'dd') else '\n')
            if tag == 'li':
                self.pieces.append('- ')
            elif re.fullmatch(r'h[1-6]', tag):
                self.pieces.append('#' * int(tag[1]) + ' ')
        elif tag in ('td', 'th'):
            self.pieces.append(' | ')

    def handle_endtag(self, tag: str) -> None:
        if tag == 'title':
            self._in_title = False
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.pieces.append('\n' if tag in ('li', 'tr', 'dd') else '\n\n')

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.pieces.append(data.replace('\n', ' '))
