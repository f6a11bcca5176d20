using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>Where cores lie, and how many routers a bit passes between two of them.</summary>
/// <param name="topology">How they are joined.</param>
/// <param name="cores">How many.</param>
internal sealed class CoreGrid(NetworkTopology topology, int cores)
{
    /// <summary>Cores side by side in a mesh.</summary>
    public int Width { get; } = (int)Math.Ceiling(Math.Sqrt(cores));

    /// <summary>How many.</summary>
    public int Cores { get; } = cores;

    /// <summary>Column and row of a core: rows of a mesh are numbered to and fro, so that consecutive cores are neighbours.</summary>
    public (int X, int Y) At(int core)
    {
        (int y, int x) = Math.DivRem(core, Width);
        return (y % 2 == 0 ? x : Width - 1 - x, y);
    }

    /// <summary>Hops between two cores.</summary>
    public int Hops(int a, int b)
    {
        if (a == b || topology == NetworkTopology.Ideal) return 0;
        if (topology == NetworkTopology.Mesh)
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
