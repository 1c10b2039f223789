"""What a call costs, from a price table that ships with a package: no network, and None where no price is known."""

import asyncio
import importlib
from typing import Any

from core.llm.addresses import is_private
from core.llm.connection import Connection
from core.llm.provider import ProviderType
from core.llm.usage import Usage


class Prices:
    """US dollars for tokens; the table is read when first needed, in a thread."""

    def __init__(self) -> None:
        self._table: Any = None

    async def priced(self, usage: Usage, *, provider: ProviderType, connection: Connection, model: str) -> Usage:
        """The usage with its cost: 0 for what runs here, None for an unknown price."""
        url = connection.base_url or provider.default_url
        if provider.local or (is_private(url) and not provider.needs_key):  # else it is a proxy of what is billed
            return usage.model_copy(update={'cost': 0.0})
        if self._table is None:
            self._table = await asyncio.to_thread(importlib.import_module, 'genai_prices')
        return usage.model_copy(update={'cost': self._cost(usage, provider.name, url, model)})

    def _cost(self, usage: Usage, provider: str, url: str, model: str) -> float | None:
        counted = self._table.Usage(
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cached_tokens,
            output_tokens=usage.output_tokens,
        )
        for whose in ({'provider_id': provider}, {'provider_api_url': url}):
            try:
                return float(self._table.calc_price(counted, model_ref=model, **whose).total_price)
            except LookupError:
                continue
        return None
