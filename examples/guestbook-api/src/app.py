"""A guest book over HTTP: visitors are greeted, keepers are known by their signature."""
import json


def answer(status, document):
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(document)}


def visitors(event, context):
    if event["resource"] == "/guests/{name}":
        return answer(200, {"message": "Hello, " + event["pathParameters"]["name"]})
    return answer(404, {"message": "There is no " + event["path"]})


def keepers(event, context):
    who = event["requestContext"]["identity"]["userArn"]
    return answer(200, {"keeper": who, "tone": event["stageVariables"]["tone"]})
