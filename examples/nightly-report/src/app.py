"""Adds up the orders of the days before the time for which it is called."""
import datetime
import json
import os

import boto3

s3 = boto3.client("s3")


def orders_of(day):
    """Each order is an object: <day>/<number>.json."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=os.environ["ORDERS_BUCKET"], Prefix=f"{day}/")
    for page in pages:
        for entry in page.get("Contents", []):
            body = s3.get_object(Bucket=os.environ["ORDERS_BUCKET"], Key=entry["Key"])["Body"]
            yield json.loads(body.read())


def handler(event, context):
    # A schedule's input says until when; the event of a rule has its time, and means a week.
    until = datetime.date.fromisoformat(event.get("until", event.get("time"))[:10])
    days = event.get("days", 7)
    report = {"until": until.isoformat(), "days": days, "orders": 0, "total": 0, "items": {}}
    for back in range(days, 0, -1):
        for order in orders_of(until - datetime.timedelta(days=back)):
            report["orders"] += 1
            report["total"] += order["price"]
            items = report["items"]
            items[order["item"]] = items.get(order["item"], 0) + 1
    key = f"{report['until']}-{days}d.json"
    s3.put_object(Bucket=os.environ["REPORTS_BUCKET"], Key=key, Body=json.dumps(report),
                  ContentType="application/json")
    return report
