"""Local servers that speak the wire formats of the providers, with every fault a provider can have.

    async with fake_ollama(Failure(status=500), Answer(text='Hello')) as server:
        ...  # server.url, server.requests, server.most_at_once, server.hang_ups

Each request for an answer plays the next line of the script; the last line repeats. For apps in another process or
tests without an event loop there is `in_thread`.
"""
