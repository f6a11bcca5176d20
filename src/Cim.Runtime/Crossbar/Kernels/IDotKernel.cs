namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>How a matrix multiplies: what lies in a lane of 32 bits, and how sums come from it.</summary>
internal unsafe interface IDotKernel
{
    /// <summary>Inputs of a lane.</summary>
    int InputsPerLane { get; }

    /// <summary>What inputs are counted from.</summary>
    int From(QuantizationParameters input);

    /// <summary>Writes weights to lanes; the others are 0.</summary>
    void PackWeights(ReadOnlySpan<sbyte> weights, Span<int> lanes);

    /// <summary>Writes a position's inputs to lanes; what follows is multiplied by 0.</summary>
    /// <returns>False if an input is outside of its range, and sums could be wrong.</returns>
    bool PackInputs(byte* source, int count, QuantizationParameters input, Span<int> lanes);

    /// <summary>Two positions by four outputs.</summary>
    /// <param name="x0">Lanes of the first position.</param>
    /// <param name="x1">Lanes of the second one.</param>
    /// <param name="weights">Lanes of the first output; those of the others follow.</param>
    /// <param name="length">Lanes of a position, and of an output.</param>
    /// <param name="sums0">Receives the first position's sums.</param>
    /// <param name="sums1">Receives the second one's.</param>
    void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1);
}
