from .databases import here, new

__all__ = ["here", "new"]
