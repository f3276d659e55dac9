"""Reads each feed and calendar of a site with libraries that others wrote: feeds.py SITE"""

import pathlib
import sys

import feedparser
import icalendar

site = pathlib.Path(sys.argv[1])
failures = []
feeds = sorted(site.rglob("*.atom"))
for path in feeds:
    feed = feedparser.parse(path.read_bytes())
    if feed.bozo:
        failures.append(f"{path}: {feed.bozo_exception}")
    if not feed.feed.get("id") or not feed.feed.get("title") or not feed.feed.get("updated_parsed"):
        failures.append(f"{path}: a feed has an id, a title and a time")
    ids = [entry.id for entry in feed.entries]
    if len(set(ids)) != len(ids):
        failures.append(f"{path}: two entries have one id")
    for entry in feed.entries:
        if not entry.get("updated_parsed") or not entry.get("author") or "<script" in entry.content[0].value:
            failures.append(f"{path}: {entry.id}")
calendars = sorted(site.rglob("*.ics"))
for path in calendars:
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    if calendar.errors:
        failures.append(f"{path}: {calendar.errors}")
    for event in calendar.walk("VEVENT"):
        if event.errors or "UID" not in event or "DTSTAMP" not in event or "SEQUENCE" not in event:
            failures.append(f"{path}: {event}")
if failures or not feeds or not calendars:
    sys.exit("\n".join(failures) or "there is nothing to read")
print(f"{len(feeds)} feeds, {len(calendars)} calendars")
