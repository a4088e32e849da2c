"""The database: tables, repository, migrations. The only room that speaks SQL."""
