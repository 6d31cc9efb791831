"""Expected refusals of /pro, for its tests."""

LIST = "/pro/contact-requests"
NO_TOKEN = "Send a valid token as Authorization: Bearer."


def error(code, message, *details):
    body = {"code": code, "message": message}
    if details:
        body["details"] = [{"field": field, "message": message} for field, message in details]
    return {"error": body}


def status_and_body(response):
    assert response["Content-Type"] == "application/json"
    return response.status_code, response.json()


def is_unauthenticated(response):
    return (*status_and_body(response), response["WWW-Authenticate"]) == (
        401,
        error("UNAUTHENTICATED", NO_TOKEN),
        "Bearer",
    )
