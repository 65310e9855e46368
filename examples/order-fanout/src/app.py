"""Two readers of one topic: what each gets is decided by its filter policy, not here."""
import json
import os

import boto3

s3 = boto3.client("s3")


def orders_of(event):
    """The orders of an event of SNS, each with what was said about it."""
    for record in event["Records"]:
        message = record["Sns"]
        attributes = {name: one["Value"] for name, one in message["MessageAttributes"].items()}
        yield json.loads(message["Message"]), attributes


def keep(key, text):
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=text.encode())


def confirm(event, context):
    """Every order that was placed is confirmed to its customer."""
    done = []
    for order, _ in orders_of(event):
        things = ", ".join(item["name"] for item in order["items"])
        keep(f"{order['id']}.txt", f"Dear {order['customer']}, we have your order of {things}.\n")
        done.append(order["id"])
    return {"confirmed": done}


def review(event, context):
    """A person looks at the large ones."""
    done = []
    for order, attributes in orders_of(event):
        keep(f"{order['id']}.txt", f"{order['customer']} spends {attributes['sum']}\n")
        done.append(order["id"])
    return {"reviewed": done}
