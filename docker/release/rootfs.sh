#!/bin/bash
# Make /rootfs, all that an image needs to run some programs: the programs, the libraries they are linked to, and whose
# packages these are, so that a scanner finds what has to be mended, and the licences go along.
#   rootfs.sh PROGRAM...   bash among them, which is also `sh`
set -euo pipefail

# The names a program is called by are links to other names: the file itself is taken, under the name it is called by.
take() { cp --dereference --parents --preserve=mode,timestamps "$@" /rootfs; }

# Which package a file came with; dpkg knows /lib as /usr/lib.
package_of() { dpkg-query --search "$(realpath "$1")" | cut -d: -f1; }

mkdir -p /rootfs/usr/bin /rootfs/etc /rootfs/tmp /rootfs/var/lib/dpkg/status.d
ln -s usr/bin /rootfs/bin
ln -s bash /rootfs/usr/bin/sh
chmod 1777 /rootfs/tmp
take /usr/lib/os-release
ln -s ../usr/lib/os-release /rootfs/etc/os-release

for program; do
    # What is loaded when it starts; the linker itself is the one that comes without `=>`.
    files=$(ldd "$program" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }')
    for file in "$program" $files; do
        take "$file"
        package=$(package_of "$file")
        dpkg-query --status "$package" >"/rootfs/var/lib/dpkg/status.d/$package"
        take "/usr/share/doc/$package/copyright"
    done
done
