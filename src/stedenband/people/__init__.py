"""People: the organizations and persons that carry a link, and how they are reached."""
