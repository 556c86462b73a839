-- Which revision does the live work. The epoch only grows; nobody works at epoch 0.
create table work_fence (
    id integer primary key check (id = 1),
    epoch bigint not null,
    revision text not null,
    moved_at timestamptz not null
);
insert into work_fence (id, epoch, revision, moved_at) values (1, 0, '', now());

-- Which build a revision is: all its pods must be the same program.
create table revision_build (
    revision text primary key,
    build_id text not null,
    recorded_at timestamptz not null default now()
);
