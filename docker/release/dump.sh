# shellcheck shell=bash
# Runs in the database's container (pipeline/data.py sends it). Writes all data to standard output, as SQL for empty tables
# and as of one moment. The same data gives the same text. Migrations create the tables; the first lines name them.
set -euo pipefail
MYSQL_PWD=$(cat "$MYSQL_PASSWORD_FILE")
export MYSQL_PWD
query() { mysql --user=todobackend --skip-column-names --batch --execute="$1" todobackend; }

echo "-- todobackend backup 1"
query "SELECT CONCAT('-- migration ', app, ' ', MAX(name)) FROM django_migrations GROUP BY app ORDER BY app"
{
    echo "START TRANSACTION;"
    # No tablespaces, GTIDs and policies: the application's user has no rights to read them.
    mysqldump --user=todobackend --single-transaction --quick --no-create-info --complete-insert --order-by-primary \
        --skip-add-locks --skip-disable-keys --skip-comments --hex-blob --default-character-set=utf8mb4 \
        --no-tablespaces --set-gtid-purged=OFF --skip-masking-policies --ignore-table=todobackend.django_migrations \
        todobackend
    echo "COMMIT;"
} | tee >(sha256sum | sed 's/^\([0-9a-f]*\).*/-- content \1/' >/tmp/content.$$)
# IDs of deleted items are not reused. (By default the server returns statistics that may be a day old.)
query "SET SESSION information_schema_stats_expiry = 0;
    SELECT CONCAT('ALTER TABLE \`', table_name, '\` AUTO_INCREMENT = ', auto_increment, ';') FROM information_schema.tables
    WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL AND table_name != 'django_migrations' ORDER BY table_name"
# tee has ended, but its reader may still be writing.
until [ -s /tmp/content.$$ ]; do sleep 0.05; done
cat /tmp/content.$$
rm /tmp/content.$$
