using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>Where cores lie, how many routers a bit passes between two of them, and over which links.</summary>
/// <param name="topology">How the cores of a chip are joined.</param>
/// <param name="cores">Cores of a chip.</param>
/// <param name="chips">Chips in a row, each joined to the next one at its first slot.</param>
internal sealed class CoreGrid(NetworkTopology topology, int cores, int chips = 1)
{
    private const int Directions = 4;

    private readonly int _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, cores));

    /// <summary>How the cores of a chip are joined.</summary>
    public NetworkTopology Topology { get; } = topology;

    /// <summary>Cores side by side in the mesh of a chip.</summary>
    public int Width { get; } = (int)Math.Ceiling(Math.Sqrt(cores));

    /// <summary>How many on all chips.</summary>
    public int Cores { get; } = cores * chips;

    /// <summary>How many on a chip.</summary>
    public int CoresPerChip { get; } = cores;

    /// <summary>How many chips.</summary>
    public int Chips { get; } = chips;

    private int LinksPerChip => Topology == NetworkTopology.Mesh ? Width * Width * Directions : 4 * _leaves;

    /// <summary>Links are numbered below this: first those of the chips, then two between each chip and the next.</summary>
    public int Links => FirstChipLink + (2 * (Chips - 1));

    /// <summary>The first link between chips.</summary>
    public int FirstChipLink => Chips * LinksPerChip;

    /// <summary>The chip of a slot.</summary>
    public int ChipOf(int slot) => slot / CoresPerChip;

    /// <summary>Column and row of a slot on its chip: rows of a mesh are numbered to and fro, so that consecutive slots are
    /// neighbours.</summary>
    public (int X, int Y) At(int slot)
    {
        (int y, int x) = Math.DivRem(slot % CoresPerChip, Width);
        return (y % 2 == 0 ? x : Width - 1 - x, y);
    }

    /// <summary>Routers between two slots.</summary>
    public int Hops(int a, int b) => ChipOf(a) == ChipOf(b)
        ? OnChip(a % CoresPerChip, b % CoresPerChip)
        : OnChip(a % CoresPerChip, 0) + OnChip(0, b % CoresPerChip);

    /// <summary>Links between chips from one slot to another.</summary>
    public int ChipHops(int a, int b) => Math.Abs(ChipOf(a) - ChipOf(b));

    /// <summary>The links from one slot to another: along rows of a mesh first, up a tree and down, from chip to chip.</summary>
    public IEnumerable<int> Route(int from, int to)
    {
        (int chip, int last) = (ChipOf(from), ChipOf(to));
        if (chip == last) return Route(chip, from % CoresPerChip, to % CoresPerChip);
        IEnumerable<int> between = Enumerable.Range(0, Math.Abs(last - chip))
            .Select(i => FirstChipLink + (last > chip ? 2 * (chip + i) : (2 * (chip - i - 1)) + 1));
        return Route(chip, from % CoresPerChip, 0).Concat(between).Concat(Route(last, 0, to % CoresPerChip));
    }

    private IEnumerable<int> Route(int chip, int from, int to)
    {
        if (from == to || Topology == NetworkTopology.Ideal) yield break;
        int first = chip * LinksPerChip;
        if (Topology == NetworkTopology.Mesh)
        {
            ((int x, int y), (int tx, int ty)) = (At(from), At(to));
            for (; x != tx; x += Math.Sign(tx - x)) yield return first + (((y * Width) + x) * Directions) + (tx > x ? 0 : 1);
            for (; y != ty; y += Math.Sign(ty - y)) yield return first + (((y * Width) + x) * Directions) + (ty > y ? 2 : 3);
            yield break;
        }

        // A node of the tree has a link up and one down.
        for ((int a, int b) = (_leaves + from, _leaves + to); a != b; (a, b) = (a / 2, b / 2))
        {
            yield return first + (2 * a);
            yield return first + (2 * b) + 1;
        }
    }

    private int OnChip(int a, int b)
    {
        if (a == b || Topology == NetworkTopology.Ideal) return 0;
        if (Topology == NetworkTopology.Mesh)
        {
            ((int ax, int ay), (int bx, int by)) = (At(a), At(b));
            return Math.Abs(ax - bx) + Math.Abs(ay - by);
        }

        // Up the tree to the common node, and down.
        int up = 0;
        for (; a != b; (a, b) = (a / 2, b / 2)) up++;
        return 2 * up;
    }
}
