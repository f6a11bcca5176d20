using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>Which quantizer details a single matrix is simulated with.</summary>
internal enum QuantizerConvention
{
    /// <summary>Those of compiled models (docs/quantization.md).</summary>
    Own,

    /// <summary>Those of Sandia's CrossSim 3.2 (docs/fidelities.md has the list).</summary>
    CrossSim,
}

/// <summary>One matrix on one set of arrays, and the vectors it is multiplied with: the input of <c>cim mvm</c>.</summary>
internal sealed record MatrixCase
{
    /// <summary>[output][input], all rows of one length.</summary>
    public required double[][] Weights { get; init; }

    /// <summary>Vectors of one value per input.</summary>
    public required double[][] Inputs { get; init; }

    /// <summary>0 = analog conductances.</summary>
    public required int WeightBits { get; init; }

    /// <summary>0 = analog inputs.</summary>
    public required int ActivationBits { get; init; }

    public required (double Low, double High) WeightRange { get; init; }

    public required (double Low, double High) ActivationRange { get; init; }

    /// <summary>Weight slices; 0 = as many as the profile's cells need.</summary>
    public required int Slices { get; init; }

    public required HardwareProfile Profile { get; init; }

    public required Fidelity Fidelity { get; init; }

    public required QuantizerConvention Convention { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>True if inputs can be negative.</summary>
    public bool SignedInputs => ActivationRange.Low < 0;

    /// <summary>One result per input vector and output, in the units of weights times inputs.</summary>
    /// <exception cref="CimException">CIM0012: the case contradicts itself.</exception>
    public double[][] Run()
    {
        if (SignedInputs && ActivationBits == 1)
            throw new CimException(ErrorCodes.InvalidMatrixCase,
                "activationBits 1 leaves signed inputs no level but zero; use 2 or more, or an activationRange from 0.");
        bool isReal = Convention == QuantizerConvention.CrossSim || WeightBits == 0 || ActivationBits == 0;
        if (isReal && WeightBits == 1)
            throw new CimException(ErrorCodes.InvalidMatrixCase,
                "weightBits 1 leaves the weights of CrossSim's convention no level but zero; use 2 or more, or the default convention "
                + "with activationBits.");
        double[][] outputs = isReal ? new RealMatrix(this).Run() : IntegerMatrix.Run(this);
        if (outputs.Any(row => row.Any(y => !double.IsFinite(y))))
            throw new CimException(ErrorCodes.InvalidMatrixCase,
                "A result is no finite number: weights, inputs and their ranges are too large, or too small, for double precision.");
        return outputs;
    }
}
