"""What people do with inspections, one repository for each subject. A method is a transaction.

Events are appended; nothing the machine found is edited.
"""
