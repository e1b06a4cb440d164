"""A bot behind RabbitMQ: pip install pika"""

import json
import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1")))
channel = connection.channel()
channel.queue_declare("gateway.recv", durable=True)
channel.basic_qos(prefetch_count=50)


def handle(channel, method, properties, body):
    event = json.loads(body)
    if event["t"] == "MESSAGE_DELETE" and "old" in event:
        print("deleted:", event["old"].get("content"))
    if event["t"] == "MESSAGE_CREATE" and event["d"].get("content") == "!leave":
        d = {"guild_id": event["d"]["guild_id"], "channel_id": None, "self_mute": False, "self_deaf": False}
        command = {"op": 0, "shard": properties.headers["shard"], "data": {"op": 4, "d": d}}
        channel.basic_publish("", "gateway.send", json.dumps(command))
    channel.basic_ack(method.delivery_tag)


channel.basic_consume("gateway.recv", handle)
channel.start_consuming()
