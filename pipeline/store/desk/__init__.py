"""What people do with inspections: decisions, appeals, samples.

Events are appended; nothing the machine found is edited. Import from the modules: the rooms need the store's
own statements, and the store keeps cases, so this file imports none of them.
"""
