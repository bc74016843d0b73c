"""What scripts/kafka asks of the broker: is it ready, create a topic, read a topic."""

import argparse
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic


def ready(admin, arguments):
    """Metadata that names a broker: the listener answers and the node has joined its own quorum."""
    brokers = admin.list_topics(timeout=arguments.timeout).brokers
    return 0 if brokers else 1


def topic(admin, arguments):
    settings = {"cleanup.policy": "compact"} if arguments.compacted else {}
    wanted = NewTopic(arguments.name, num_partitions=arguments.partitions, replication_factor=1, config=settings)
    try:
        admin.create_topics([wanted], operation_timeout=arguments.timeout)[arguments.name].result()
    except KafkaException as problem:
        if problem.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    return 0


def consume(admin, arguments):
    """All records from the oldest on. Reads partitions directly: no consumer group, nothing kept at the broker."""
    consumer = Consumer({
        "bootstrap.servers": arguments.broker,
        "group.id": "specular-scripts",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    })
    known = admin.list_topics(arguments.name, timeout=10).topics[arguments.name]
    if known.error is not None:
        print(f"kafka: {arguments.name}: {known.error.str()}", file=sys.stderr)
        return 1
    consumer.assign([TopicPartition(arguments.name, number, 0) for number in known.partitions])
    count = 0
    deadline = time.monotonic() + arguments.timeout
    while (arguments.count is None or count < arguments.count) and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error() is not None:
            raise KafkaException(message.error())
        sys.stdout.buffer.write((message.value() or b"") + b"\n")
        count += 1
        deadline = time.monotonic() + arguments.timeout
    sys.stdout.buffer.flush()
    consumer.close()
    return 0 if arguments.count is None or count == arguments.count else 1


def main():
    parser = argparse.ArgumentParser(prog="scripts/kafka")
    parser.add_argument("--broker", required=True)
    parser.add_argument("--timeout", type=float, default=10)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ready").set_defaults(run=ready)
    creating = commands.add_parser("topic")
    creating.add_argument("name")
    creating.add_argument("--compacted", action="store_true")
    creating.add_argument("--partitions", type=int, default=1)
    creating.set_defaults(run=topic)
    reading = commands.add_parser("consume")
    reading.add_argument("name")
    reading.add_argument("--count", type=int)
    reading.add_argument("--timeout", type=float, default=5)
    reading.set_defaults(run=consume)
    arguments = parser.parse_args()
    try:
        quiet = {"bootstrap.servers": arguments.broker, "log_level": 0}
        return arguments.run(AdminClient(quiet), arguments)
    except KafkaException as problem:
        print(f"kafka: {problem.args[0].str()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
