class StaleEdit(Exception):
    """What somebody edited was changed meanwhile: `field` has the value `present` now, which they had not seen."""

    def __init__(self, field: str, present: str) -> None:
        super().__init__(field)
        self.field, self.present = field, present
