using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// A smooth random field over an array: independent normals on a lattice of the correlation length, interpolated bilinearly
/// and divided by the root of the sum of squared weights, so that every cell has exactly unit variance and cells further
/// apart than two lattice steps are independent.
/// </summary>
internal sealed class SpatialVariation(double length, CounterRandom array)
{
    public double At(int row, int column)
    {
        double y = row / length, x = column / length;
        long i = (long)y, j = (long)x;
        (double v, double u) = (y - i, x - j);
        double a = (1 - v) * (1 - u), b = (1 - v) * u, c = v * (1 - u), d = v * u;
        double sum = (a * Node(i, j)) + (b * Node(i, j + 1)) + (c * Node(i + 1, j)) + (d * Node(i + 1, j + 1));
        return sum / Math.Sqrt((a * a) + (b * b) + (c * c) + (d * d));
    }

    private double Node(long i, long j) => array.At(i).Normal(j);
}
