"""Migrations of the history's SQLite file: the statements that lead from each version to the next."""

# Never change a migration after its release, as files of that version exist. Add a new one at the end.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sessions (
        file TEXT PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL, started TEXT NOT NULL, kind TEXT NOT NULL,
        duration_s REAL NOT NULL, moving_s REAL NOT NULL, steps INTEGER NOT NULL, counted INTEGER NOT NULL, cadence_spm REAL,
        cues INTEGER NOT NULL, plan TEXT NOT NULL, plan_session INTEGER NOT NULL, camber_deg REAL, note TEXT NOT NULL
    );
    CREATE INDEX sessions_started ON sessions(started);
    CREATE TABLE sides (
        file TEXT NOT NULL REFERENCES sessions(file) ON DELETE CASCADE, side TEXT NOT NULL, n INTEGER NOT NULL, mean_deg REAL,
        sd_deg REAL, limit_deg REAL, with_n INTEGER NOT NULL, with_deg REAL, without_n INTEGER NOT NULL, without_deg REAL,
        PRIMARY KEY (file, side)
    );
    CREATE TABLE drills (
        file TEXT PRIMARY KEY REFERENCES sessions(file) ON DELETE CASCADE, name TEXT NOT NULL, side TEXT NOT NULL, reps INTEGER NOT NULL,
        good INTEGER NOT NULL, range_deg REAL, tempo_s REAL, held_s REAL NOT NULL, values_json TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE pain (
        at TEXT PRIMARY KEY, moment TEXT NOT NULL, score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10), note TEXT NOT NULL
    );
    CREATE TABLE shoes (name TEXT PRIMARY KEY, first_km REAL NOT NULL, retired INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE distances (
        at TEXT PRIMARY KEY, km REAL NOT NULL CHECK (km > 0), shoe TEXT REFERENCES shoes(name) ON UPDATE CASCADE, file TEXT
    );
    """,
    # Add the means of every metric, and which recordings are recovered copies. Rows from before get row_version 0, so that a
    # rebuild computes them again.
    """
    ALTER TABLE sessions ADD COLUMN recovered_from TEXT NOT NULL DEFAULT '';
    ALTER TABLE sessions ADD COLUMN row_version INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE figures (
        file TEXT NOT NULL REFERENCES sessions(file) ON DELETE CASCADE, metric TEXT NOT NULL, side TEXT NOT NULL,
        feedback TEXT NOT NULL, n INTEGER NOT NULL, mean REAL NOT NULL, sd REAL, PRIMARY KEY (file, metric, side, feedback)
    );
    CREATE INDEX figures_metric ON figures(metric, side, feedback);
    """,
    # Rename columns to the words used everywhere else: run protocol, threshold, form fault.
    """
    ALTER TABLE sessions RENAME COLUMN plan TO protocol;
    ALTER TABLE sessions RENAME COLUMN plan_session TO protocol_session;
    ALTER TABLE sides RENAME COLUMN limit_deg TO threshold_deg;
    UPDATE drills SET values_json = replace(values_json, '"cheats":', '"form_faults":');
    """,
    # The time is not a primary key: the second of two entries in the same millisecond replaced the first.
    """
    CREATE TABLE new_pain (
        at TEXT NOT NULL, moment TEXT NOT NULL, score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10), note TEXT NOT NULL
    );
    INSERT INTO new_pain SELECT at, moment, score, note FROM pain ORDER BY at;
    DROP TABLE pain;
    ALTER TABLE new_pain RENAME TO pain;
    CREATE TABLE new_distances (
        at TEXT NOT NULL, km REAL NOT NULL CHECK (km > 0), shoe TEXT REFERENCES shoes(name) ON UPDATE CASCADE, file TEXT
    );
    INSERT INTO new_distances SELECT at, km, shoe, file FROM distances ORDER BY at;
    DROP TABLE distances;
    ALTER TABLE new_distances RENAME TO distances;
    """,
    # Add how many beeps were heard, the drop between beeps, and the faults of each part. Until a rebuild computes them again, rows
    # from before count every beep as heard.
    """
    ALTER TABLE sessions ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
    UPDATE sessions SET heard = cues;
    ALTER TABLE sides ADD COLUMN between_n INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sides ADD COLUMN between_deg REAL;
    CREATE TABLE faults (
        file TEXT NOT NULL REFERENCES sessions(file) ON DELETE CASCADE, part TEXT NOT NULL, n INTEGER NOT NULL, seconds REAL NOT NULL,
        PRIMARY KEY (file, part)
    );
    """,
)
TABLES = ("sessions", "sides", "drills", "figures", "faults", "pain", "shoes", "distances")
