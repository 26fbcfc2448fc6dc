"""A proxy that holds every answer back: ``python benchmarks/delay_proxy.py HOST PORT MILLISECONDS``.

It prints the port that it listens on. What comes from the server is passed on as it is, that much
later; what goes to it is passed on at once. So every answer costs one more trip, as over a network.
"""

import asyncio
import sys
from asyncio import Queue, StreamReader, StreamWriter

_CHUNK = 64 * 1024


async def main(host: str, port: int, seconds: float) -> None:
    """Serve until the process is ended."""

    async def passed_on(reader: StreamReader, writer: StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, port)
        pairs = ((reader, back, 0.0), (there, writer, seconds))
        async with asyncio.TaskGroup() as group:
            for source, sink, delay in pairs:
                group.create_task(_pass_on(source, sink, delay))

    server = await asyncio.start_server(passed_on, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _pass_on(source: StreamReader, sink: StreamWriter, delay: float) -> None:
    """Give a sink what comes from a source, each part ``delay`` seconds after it came."""
    clock = asyncio.get_running_loop().time
    waiting: Queue[tuple[float, bytes]] = Queue()

    async def hand_over() -> None:
        data = b"-"
        while data:
            due, data = await waiting.get()
            await asyncio.sleep(due - clock())
            sink.write(data)
            await sink.drain()

    async def take() -> None:
        data = b"-"
        while data:
            data = await source.read(_CHUNK)
            waiting.put_nowait((clock() + delay, data))

    try:
        await asyncio.gather(take(), hand_over())
    except ConnectionError:
        pass  # either side may go away at any time
    finally:
        sink.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000))
