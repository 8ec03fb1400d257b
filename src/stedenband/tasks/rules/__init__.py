"""The rules of tasks: how many somebody may have, and where their files stand."""

from stedenband.tasks.rules.asking import ask
from stedenband.tasks.rules.files import FOLDER, INPUT, RESULT, Files

__all__ = ["FOLDER", "INPUT", "RESULT", "Files", "ask"]
