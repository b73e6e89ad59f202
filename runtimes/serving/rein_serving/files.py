"""Finds a model by its files."""

from rein_serving.settings import Refusal


def all_of(model, pattern):
    """Files of a pattern outside the user's code, nearest to the top first."""
    found = [file for file in model.rglob(pattern) if file.is_file() and file.relative_to(model).parts[0] != "code"]
    return sorted(found, key=lambda file: (len(file.parts), str(file)))


def none_fits(model, expected):
    """The refusal of a model in which nothing is what was looked for."""
    there = sorted(str(file.relative_to(model)) for file in all_of(model, "*"))
    more = ", ..." if len(there) > 20 else ""
    return Refusal(f"{model} holds {', '.join(there[:20]) + more or 'no files'} (expected: {expected})")
