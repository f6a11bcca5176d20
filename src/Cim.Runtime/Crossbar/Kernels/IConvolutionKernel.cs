namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// How a convolution multiplies: what lies in a lane of 32 bits, and how sums come from it. Positions, bands and outputs are the same for
/// all (<see cref="Exact.ExactConvolution{K, L, TI, TF}"/>).
/// </summary>
internal unsafe interface IConvolutionKernel
{
    /// <summary>Where inputs lie.</summary>
    PlaneLayout Layout(CrossbarLayer layer, int lanes);

    /// <summary>Weights in the order of <see cref="Four"/>, and what its sums start with; see <see cref="PairWeights.Pack"/>.</summary>
    (int[] Weights, int[] Bias) Weights(CrossbarLayer layer, PlaneLayout layout, int block);

    /// <summary>Fills the planes; see <see cref="PlanePacker.Pack"/>.</summary>
    /// <returns>False if an input is outside of its range, and sums could be wrong.</returns>
    bool Pack(PlaneLayout layout, byte* channels, QuantizationParameters input, PlaneBand band, int* planes, byte* scratch);

    /// <summary>Vectors of positions that are computed together, at most <see cref="MostVectors"/>.</summary>
    int Vectors { get; }

    /// <summary>The most <see cref="Vectors"/> there are.</summary>
    const int MostVectors = 4;

    /// <summary>Four outputs by some vectors of positions.</summary>
    /// <param name="x">Where each vector begins.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="start">What the sums of each output start with.</param>
    /// <param name="sums">Receives the sums, vector after vector.</param>
    void Four(int** x, in Steps steps, int* start, SumRows sums);

    /// <summary>One output by some vectors of positions, for depthwise convolutions.</summary>
    void One(int** x, in Steps steps, int start, int* sums);
}

/// <summary>The steps of a sum: where inputs lie from a position's first one, and the weights.</summary>
/// <param name="offsets">In lanes.</param>
/// <param name="weights">Four outputs a step, or one.</param>
/// <param name="count">How many steps.</param>
internal readonly unsafe struct Steps(int* offsets, int* weights, int count)
{
    public readonly int* Offsets = offsets;
    public readonly int* Weights = weights;
    public readonly int Count = count;
}
