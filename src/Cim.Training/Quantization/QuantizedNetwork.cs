using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;

namespace Cim.Training.Quantization;

/// <summary>
/// A network whose matrix layers compute on integers in the forward pass and let gradients pass straight through. Every tensor that
/// feeds a matrix layer is quantized once, where it is made, and all its readers see the de-quantized value.
/// </summary>
public sealed class QuantizedNetwork
{
    internal QuantizedNetwork(TrainableNetwork network, IReadOnlyList<QuantizedLayer> layers, IReadOnlyList<QuantizedTensor> activations,
        TrainableNetwork source, HardwareNoise? noise)
    {
        (Network, Layers, Activations, Source, Noise) = (network, layers, activations, source, noise);
    }

    /// <summary>The trainable graph: weights, biases and steps are its parameters.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The matrix layers in graph order.</summary>
    public IReadOnlyList<QuantizedLayer> Layers { get; }

    /// <summary>The quantized activations in graph order.</summary>
    public IReadOnlyList<QuantizedTensor> Activations { get; }

    /// <summary>The float network (normalizations folded) it was made from.</summary>
    public TrainableNetwork Source { get; }

    internal HardwareNoise? Noise { get; }

    /// <summary>Quantizes a network; normalizations are folded first.</summary>
    /// <param name="network">The float network, which is not changed.</param>
    /// <param name="calibration">Samples for the first steps; a few hundred, labels are not used.</param>
    /// <param name="options">Bits and granularity.</param>
    /// <param name="cancellation">Stops calibration.</param>
    public static QuantizedNetwork Create(
        TrainableNetwork network, SampleSet calibration, QuantizationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(options);
        TrainableNetwork folded = BatchNormalizationFolding.Apply(network);
        QuantizedNetwork quantized = QuantizerInsertion.Apply(folded, options);
        quantized.SetBits(options);
        quantized.InitializeSteps(calibration, cancellation);
        NoiseInsertion.SetConverterRanges(quantized);
        return quantized;
    }

    /// <summary>Lets steps that start small stay so: what training may not go below is a small part of where it starts.</summary>
    public void FitStepLimits()
    {
        const float Part = 1f / 256;
        foreach (Parameter step in Layers.Select(l => l.WeightStep).Concat(Activations.Select(a => a.Step)))
            if (step.Minimum is { } minimum) step.Minimum = Math.Min(minimum, Math.Max(float.Epsilon, step.Values.Min() * Part));
    }

    /// <summary>Sets all bits. Steps are not changed; see <see cref="InitializeSteps"/>.</summary>
    public void SetBits(QuantizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        for (int i = 0; i < Layers.Count; i++)
        {
            bool edge = options.EdgeBits > 0 && (i == 0 || i == Layers.Count - 1);
            LayerBits bits = options.Layers.TryGetValue(Layers[i].Name, out LayerBits own)
                ? own
                : edge ? new LayerBits(options.EdgeBits, options.EdgeBits) : new LayerBits(options.WeightBits, options.ActivationBits);
            Layers[i].SetWeightBits(bits.WeightBits);
            if (options.Strips.TryGetValue(Layers[i].Name, out StripPrecision? strips))
                Layers[i].SetStrips(strips);

            // A tensor with several readers gets the most bits any of them asks for.
            bool seen = Layers.Take(i).Any(layer => layer.Input == Layers[i].Input);
            Layers[i].Input.SetBits(seen ? Math.Max(Layers[i].Input.Bits, bits.ActivationBits) : bits.ActivationBits);
        }
    }

    /// <summary>
    /// Changes the bits of weights in the middle of a training: layers whose bits change get steps of least squared error for the
    /// weights they have now; the steps of activations, which were learned, stay.
    /// </summary>
    public void SetWeightBits(QuantizationOptions options)
    {
        int[] before = [.. Layers.Select(layer => layer.WeightBits)];
        SetBits(options);
        foreach ((QuantizedLayer layer, int bits) in Layers.Zip(before).Where(pair => pair.First.WeightBits != pair.Second))
            StepSearch.ForWeights(layer);
    }

    /// <summary>Chooses every step for the least squared error at the present bits: weights by themselves, activations on
    /// samples.</summary>
    public void InitializeSteps(SampleSet calibration, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        foreach (QuantizedLayer layer in Layers)
            StepSearch.ForWeights(layer);
        StepSearch.ForActivations(Source, Activations, calibration, cancellation);
    }

    /// <summary>
    /// Draws new programming errors, a pure function of (seed, draw); does nothing for a network without
    /// <see cref="QuantizationOptions.Noise"/>. Call it before every batch.
    /// </summary>
    public void DrawProgrammingErrors(long seed, long draw) => NoiseInsertion.Draw(this, seed, draw);

    /// <summary>Programs every weight exactly again, as deployment on ideal hardware does.</summary>
    public void ClearProgrammingErrors()
    {
        foreach (QuantizedLayer layer in Layers)
            layer.Noise?.Values.AsSpan().Clear();
    }

    /// <summary>A forward pass that computes exactly what the integer hardware computes.</summary>
    public Predictor CreatePredictor(int batchSize = 64) => new(Network, batchSize);
}
