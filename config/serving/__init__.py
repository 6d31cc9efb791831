"""How gunicorn serves: no thread waits for a client that sends or reads slowly."""
