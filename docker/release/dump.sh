# shellcheck shell=bash
# Runs in the database's container (pipeline/data.py gives it to its bash): write all data to standard output,
# as SQL for tables that are empty, and as they were at one moment, however much is written meanwhile. The same data gives
# the same text. The tables themselves are made by the migrations; which ones, stands at the top.
set -euo pipefail
MYSQL_PWD=$(cat "$MYSQL_PASSWORD_FILE")
export MYSQL_PWD
query() { mysql --user=todobackend --skip-column-names --batch --execute="$1" todobackend; }

echo "-- todobackend backup 1"
query "SELECT CONCAT('-- migration ', app, ' ', MAX(name)) FROM django_migrations GROUP BY app ORDER BY app"
{
    echo "START TRANSACTION;"
    # No tablespaces, no GTIDs, no policies: they would ask for rights that the application does not have.
    mysqldump --user=todobackend --single-transaction --quick --no-create-info --complete-insert --order-by-primary \
        --skip-add-locks --skip-disable-keys --skip-comments --hex-blob --default-character-set=utf8mb4 \
        --no-tablespaces --set-gtid-purged=OFF --skip-masking-policies --ignore-table=todobackend.django_migrations \
        todobackend
    echo "COMMIT;"
} | tee >(sha256sum | sed 's/^\([0-9a-f]*\).*/-- content \1/' >/tmp/content.$$)
# Numbers of items that were deleted are not given out again. (Unless told, the server says what it knew yesterday.)
query "SET SESSION information_schema_stats_expiry = 0;
    SELECT CONCAT('ALTER TABLE \`', table_name, '\` AUTO_INCREMENT = ', auto_increment, ';') FROM information_schema.tables
    WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL AND table_name != 'django_migrations' ORDER BY table_name"
# tee has ended, but what it fed may still be writing.
until [ -s /tmp/content.$$ ]; do sleep 0.05; done
cat /tmp/content.$$
rm /tmp/content.$$
