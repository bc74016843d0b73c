"""The figures of the benchmark as a picture (SVG): how many times the CPU time of specular Suricata needs, or without
it, how many gigabits a second."""

WIDTH, LEFT, BAR, GAP = 720, 90, 22, 10


def draw(rows):
    has_peer = all("ratio" in row for row in rows)
    values = [row["ratio"]["median"] if has_peer else row["gbit_s"] for row in rows]
    title = ("CPU time of Suricata, with specular's as 1 (median; line: least to most)" if has_peer
             else "Gbit/s on one processor")
    most = max([row["ratio"]["max"] for row in rows] if has_peer else values)
    scale = (WIDTH - LEFT - 80) / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{50 + len(rows) * (BAR + GAP)}" '
           f'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>'
           f'<text x="{LEFT}" y="24" font-size="14">{title}</text>']
    for i, (row, value) in enumerate(zip(rows, values)):
        top = 40 + i * (BAR + GAP)
        middle = top + BAR / 2
        end = LEFT + value * scale
        if has_peer:
            end = LEFT + row["ratio"]["max"] * scale
        out.append(f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end">{row["variant"]}</text>'
                   f'<rect x="{LEFT}" y="{top}" width="{value * scale:.1f}" height="{BAR}" fill="#3b6ea5"/>'
                   f'<text x="{end + 6:.1f}" y="{middle + 5}">{value:.1f}</text>')
        if has_peer:
            low = LEFT + row["ratio"]["min"] * scale
            out.append(f'<path d="M{low:.1f} {middle}H{end:.1f}" stroke="#222" stroke-width="2"/>')
        if has_peer and i == 0:
            out.append(f'<path d="M{LEFT + scale:.1f} 34V{40 + len(rows) * (BAR + GAP)}" stroke="#999" '
                       f'stroke-dasharray="4 3"/>')
    out.append("</svg>\n")
    return "\n".join(out)
