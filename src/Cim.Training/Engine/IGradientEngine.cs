using Cim.Training.Networks;

namespace Cim.Training.Engine;

/// <summary>
/// Computes loss, gradients and outputs for one batch. The seam between training and what runs the arithmetic: everything
/// above it sees arrays only, so an engine over another library can take its place.
/// </summary>
public interface IGradientEngine : IDisposable
{
    /// <summary>Samples of one batch; every run takes exactly as many.</summary>
    int BatchSize { get; }

    /// <summary>The trained tensors. Their present values are used by every run.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>One array for each parameter, overwritten by <see cref="Run"/>: the gradient of the loss.</summary>
    IReadOnlyList<float[]> Gradients { get; }

    /// <summary>Names of the results available through <see cref="Output"/>.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>Runs forward and backward.</summary>
    /// <param name="inputs">Values for every data input and target, row-major, by name.</param>
    /// <returns>The loss, a mean over the batch.</returns>
    float Run(IReadOnlyDictionary<string, float[]> inputs);

    /// <summary>A result of the last run, row-major; overwritten by the next.</summary>
    float[] Output(string name);
}
