using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Copies;

/// <summary>A layer as the placing of copies sees it. A copy of it takes a set of arrays.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Arrays">Arrays of one copy.</param>
/// <param name="Products">Products of an inference.</param>
/// <param name="ProductNs">Nanoseconds of one product.</param>
/// <param name="Sharing">How copies share products.</param>
internal sealed record LayerLoad(string Name, long Arrays, long Products, double ProductNs, ProductSharing Sharing)
{
    /// <summary>False for a matrix that the network computes: its copies would have to be written as well.</summary>
    public bool CanBeCopied { get; init; } = true;

    /// <summary>True for a convolution: the published rules copy no fully connected layer.</summary>
    public bool IsConvolution { get; init; }

    /// <summary>Copies that each set of arrays beside the first one holds: a small matrix lies block-diagonally as often as it fits
    /// without making a product slower.</summary>
    public long PerExtraSet { get; init; } = 1;

    /// <summary>More sets of arrays are idle.</summary>
    public long MostSets => CanBeCopied ? SetsFor(Math.Max(1, Products)) : 1;

    /// <summary>Products that a number of sets computes at once.</summary>
    public long AtOnce(long sets) => 1 + ((sets - 1) * PerExtraSet);

    /// <summary>Nanoseconds that a number of sets computes.</summary>
    public double BusyNs(long sets) => ProductNs * (Sharing == ProductSharing.Divisible
        ? (double)Products / AtOnce(sets)
        : (Products + AtOnce(sets) - 1) / AtOnce(sets));

    /// <summary>The smallest number of sets above a number that shortens the layer; 0 = none.</summary>
    public long NextSets(long sets)
    {
        if (sets >= MostSets) return 0;
        if (Sharing == ProductSharing.Divisible) return sets + 1;
        long rounds = (Products + AtOnce(sets) - 1) / AtOnce(sets);
        return rounds <= 1 ? 0 : SetsFor((Products + rounds - 2) / (rounds - 1));
    }

    /// <summary>The fewest sets that compute within a time; all that are of use where that is not enough.</summary>
    public long SetsWithin(double ns)
    {
        if (ProductNs * Products <= ns || !CanBeCopied || ns <= 0) return ns <= 0 ? MostSets : 1;
        double atOnce = Sharing == ProductSharing.Divisible
            ? ProductNs * Products / ns
            : Products / Math.Max(1, Math.Floor((ns / ProductNs) + 1e-9));
        return Math.Min(MostSets, SetsFor((long)Math.Ceiling(atOnce - 1e-9)));
    }

    private long SetsFor(long atOnce) => 1 + ((atOnce - 1 + PerExtraSet - 1) / PerExtraSet);
}
