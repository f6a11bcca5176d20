using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// The copies of a layer over time. Products are taken in order, each by the copy that has been idle longest. As no product is longer
/// than another, that is the order in which copies become free, so a ring of their times is enough.
/// </summary>
/// <param name="copies">Copies of the layer.</param>
/// <param name="productNs">Nanoseconds of a product.</param>
/// <param name="sharing">Whether products are divisible between copies.</param>
internal sealed class LayerClock(long copies, double productNs, ProductSharing sharing)
{
    private readonly double[] _free = new double[sharing == ProductSharing.Divisible ? 1 : copies];
    private int _next;

    /// <summary>The earliest time at which another product can start.</summary>
    public double FreeNs => _free[_next];

    /// <summary>Computes products whose inputs are there at a time.</summary>
    /// <param name="readyNs">When the inputs are there.</param>
    /// <param name="products">How many; 0 takes no time.</param>
    /// <returns>When the first one starts and the last one ends.</returns>
    public (double StartNs, double EndNs) Compute(double readyNs, long products)
    {
        double start = Math.Max(readyNs, _free[_next]);
        if (products == 0) return (start, start);
        if (sharing == ProductSharing.Divisible)
        {
            _free[0] = start + (productNs * products / copies);
            return (start, _free[0]);
        }

        // The first product of each copy may find it busy; from then on a copy takes one after the other.
        long single = Math.Min(products, _free.Length), rounds = (products - single) / _free.Length;
        double end = 0;
        for (long i = 0; i < single; i++) end = Take(readyNs);
        if (rounds > 0)
        {
            for (int i = 0; i < _free.Length; i++) _free[i] += rounds * productNs;
            end = _free[(_next + _free.Length - 1) % _free.Length];
        }

        for (long i = single + (rounds * _free.Length); i < products; i++) end = Take(readyNs);
        return (start, end);
    }

    /// <summary>Works on one thing for a time; for digital units, of which there is one.</summary>
    public (double StartNs, double EndNs) Occupy(double readyNs, double ns)
    {
        double start = Math.Max(readyNs, _free[0]);
        return (start, _free[0] = start + ns);
    }

    /// <summary>Programs all copies, once the last of them is free.</summary>
    /// <param name="readyNs">When the matrix is there.</param>
    /// <param name="ns">How long it takes.</param>
    public void Program(double readyNs, double ns) =>
        Array.Fill(_free, Math.Max(readyNs, _free[(_next + _free.Length - 1) % _free.Length]) + ns);

    private double Take(double readyNs)
    {
        double end = _free[_next] = Math.Max(readyNs, _free[_next]) + productNs;
        if (++_next == _free.Length) _next = 0;
        return end;
    }
}
