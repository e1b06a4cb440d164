"""Reads events from Shardgate's gRPC stream and acknowledges them.

pip install grpcio grpcio-tools
python -m grpc_tools.protoc -I node_modules/@shardgate/brokers/proto --python_out=. --grpc_python_out=. shardgate/v1/events.proto
python grpc_consumer.py
"""

import json
import queue
import random
import sys
import time

import grpc

from shardgate.v1 import events_pb2, events_pb2_grpc


def consume(stub: events_pb2_grpc.EventsStub) -> None:
    outgoing: queue.Queue = queue.Queue()
    outgoing.put(events_pb2.ConsumerMessage(hello=events_pb2.Hello(name="bot")))
    for message in stub.Consume(iter(outgoing.get, None)):
        kind = message.WhichOneof("message")
        if kind == "events":
            lane, last = message.events, message.events.events[-1]
            for event in message.events.events:
                print(event.t, json.loads(event.data).get("id"), flush=True)
        elif kind in ("gap", "reshard"):
            lane = last = getattr(message, kind)
            print(kind, lane, flush=True)
        else:
            continue
        ack = events_pb2.Ack(shard=lane.shard, shard_count=lane.shard_count, offset=last.offset)
        outgoing.put(events_pb2.ConsumerMessage(ack=ack))


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "localhost:50051"
    with grpc.insecure_channel(address, [("grpc.max_receive_message_length", 64 * 1024 * 1024)]) as channel:
        while True:
            try:
                consume(events_pb2_grpc.EventsStub(channel))
            except grpc.RpcError as error:
                print(error.details(), file=sys.stderr)
            time.sleep(random.uniform(0.5, 1))


main()
