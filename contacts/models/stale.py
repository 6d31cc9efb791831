class StaleEditError(Exception):
    """The edited field was changed meanwhile: `field` now has the value `current`, which the editor has not seen."""

    def __init__(self, field: str, current: str) -> None:
        super().__init__(field)
        self.field, self.current = field, current
