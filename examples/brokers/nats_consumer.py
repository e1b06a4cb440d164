"""Reads events from JetStream and acknowledges them: pip install nats-py && python nats_consumer.py"""

import asyncio
import json
import sys

import nats


async def main() -> None:
    connection = await nats.connect(sys.argv[1] if len(sys.argv) > 1 else "nats://localhost:4222")
    subscription = await connection.jetstream().pull_subscribe("discord.>", durable="bot", stream="DISCORD")
    while True:
        try:
            messages = await subscription.fetch(100, timeout=5)
        except nats.errors.TimeoutError:
            continue
        for message in messages:
            event = json.loads(message.data)
            print(event["id"], event["t"], flush=True)
            await message.ack()


asyncio.run(main())
