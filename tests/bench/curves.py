"""Curves of cost against size as a picture (SVG): both axes by tens, one line a row of figures."""
import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 360, 60, 40, 150, 50
COLOURS = ["#3b6ea5", "#b5533c", "#5b8c3e", "#7d5ba6"]


def draw(title, curves):
    """`curves`: name -> [(size, value), ...]; values as a multiple of the first."""
    points = [point for line in curves.values() for point in line]
    most_x = max(5, math.ceil(max(math.log10(x) for x, _ in points)))
    most_y = max(2.0, math.ceil(max(y for _, y in points)))
    span_x, span_y = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x, y):
        return f"{LEFT + math.log10(x) / most_x * span_x:.1f} {TOP + span_y - y / most_y * span_y:.1f}"

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
           f'font-size="13"><rect width="100%" height="100%" fill="white"/>'
           f'<text x="{LEFT}" y="24" font-size="14">{title}</text>']
    for power in range(most_x + 1):
        x, y = at(10 ** power, 0).split()
        out.append(f'<text x="{x}" y="{float(y) + 20}" text-anchor="middle">{10 ** power:,}</text>'
                   f'<path d="M{x} {y}V{TOP}" stroke="#eee"/>')
    for value in range(int(most_y) + 1):
        x, y = at(1, value).split()
        out.append(f'<text x="{LEFT - 8}" y="{float(y) + 5}" text-anchor="end">{value}</text>'
                   f'<path d="M{x} {y}h{span_x}" stroke="{"#999" if value == 1 else "#eee"}"/>')
    for number, (name, line) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        out.append(f'<path d="M{"L".join(at(x, y) for x, y in line)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{at(x, y).split()[0]}" cy="{at(x, y).split()[1]}" r="3" fill="{colour}"/>' for x, y in line]
        out.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 16 + 20 * number}" fill="{colour}">{name}</text>')
    return "\n".join(out + ["</svg>\n"])
