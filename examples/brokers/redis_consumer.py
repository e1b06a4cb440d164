"""Takes events from the lists of tatsu's kind: pip install redis && python redis_consumer.py"""

import json
import sys

import redis

connection = redis.Redis.from_url(sys.argv[1] if len(sys.argv) > 1 else "redis://localhost:6379", decode_responses=True)
lists = ["gateway:events:INTERACTION_CREATE", "gateway:events:MESSAGE_CREATE"]

while True:
    key, element = connection.blpop(lists)
    print(key, json.loads(element)["id"], flush=True)
