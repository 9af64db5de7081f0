"""What is collected: lists, addresses and their outcomes, raw pages, and how outlets and hosts are doing."""

from storage.collecting import feeds, health, links, outlets, pages, quarantine, robots, silence

__all__ = ["feeds", "health", "links", "outlets", "pages", "quarantine", "robots", "silence"]
