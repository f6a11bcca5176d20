using Cim.Training.Networks;
using Cim.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>The update rules of <see cref="Optimizer"/> over all parameters at once, on a device.</summary>
internal sealed class DeviceOptimizer : IDisposable
{
    private readonly Optimizer _host;
    private readonly OptimizerOptions _options;
    private readonly Tensor _weights, _rates, _decays;
    private readonly Tensor? _minimum, _mask;
    private readonly DeviceArrays _first, _second;
    private readonly Scalar _one = 1, _momentum, _rest, _secondMomentum, _secondRest, _epsilon = Optimizer.AdamEpsilon, _clip;

    /// <param name="host">The rule whose state is read by <see cref="Upload"/> and written by <see cref="Download"/>.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="parameters">The parameters in the order of <paramref name="weights"/>.</param>
    /// <param name="weights">All of them in one tensor, changed in place.</param>
    public DeviceOptimizer(Optimizer host, OptimizerOptions options, IReadOnlyList<Parameter> parameters, Tensor weights)
    {
        using DisposeScope scope = NewDisposeScope();
        (_host, _options, _weights) = (host, options, weights);
        (_momentum, _rest) = (options.Momentum, 1 - options.Momentum);
        (_secondMomentum, _secondRest) = (options.SecondMomentum, 1 - options.SecondMomentum);
        _clip = options.ClipNorm;
        Device device = weights.device;
        _first = State(host.First, device);
        _second = State(host.Second, device);
        _rates = Flat(parameters, (p, values) => Array.Fill(values, (float)host.RelativeRate(p)), device);
        _decays = Flat(parameters, (p, values) => Array.Fill(values, (float)host.Decay(p)), device);
        if (parameters.Any(p => p.Minimum is not null))
            _minimum = Flat(parameters, (p, values) => Array.Fill(values, p.Minimum ?? float.NegativeInfinity), device);
        if (parameters.Any(p => p.Mask is not null))
            _mask = Flat(parameters, (p, values) => FillMask(p, values), device);
    }

    public void Upload()
    {
        _first.Upload();
        _second.Upload();
    }

    public void Download()
    {
        _first.Download();
        _second.Download();
    }

    /// <summary>One update; <paramref name="gradient"/> is used up.</summary>
    public void Step(Tensor gradient, double learningRate)
    {
        using IDisposable quiet = no_grad();
        _host.Steps++;
        if (_options.ClipNorm > 0)
            gradient.mul_(gradient.norm().reciprocal().mul_(_clip).clamp_max(_one));
        if (_options.Kind == OptimizerKind.Sgd)
            Sgd(gradient, learningRate);
        else
            AdamW(gradient, learningRate);
        if (_minimum is not null)
            _weights.copy_(maximum(_weights, _minimum));
        if (_mask is not null)
            _weights.mul_(_mask);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _rates.Dispose();
        _decays.Dispose();
        _minimum?.Dispose();
        _mask?.Dispose();
    }

    /// <summary>v = m v + g; w -= rate (g + m v), g with decay added.</summary>
    private void Sgd(Tensor gradient, double learningRate)
    {
        using Scalar rate = -learningRate;
        Tensor velocity = _first.Flat;
        gradient.addcmul_(_weights, _decays, _one);
        velocity.mul_(_momentum).add_(gradient);
        _weights.addcmul_(gradient.add_(velocity, _momentum), _rates, rate);
    }

    private void AdamW(Tensor gradient, double learningRate)
    {
        (Tensor mean, Tensor square) = (_first.Flat, _second.Flat);
        mean.mul_(_momentum).add_(gradient, _rest);
        square.mul_(_secondMomentum).addcmul_(gradient, gradient, _secondRest);
        using Scalar step = -learningRate / (1 - Math.Pow(_options.Momentum, _host.Steps));
        using Scalar correction = 1 / (1 - Math.Pow(_options.SecondMomentum, _host.Steps));
        using Scalar decay = -learningRate;
        Tensor change = (mean * _rates).div_((square * correction).sqrt_().add_(_epsilon));
        _weights.addcmul_(_weights * _decays, _rates, decay).add_(change, step);
    }

    private static void FillMask(Parameter parameter, float[] values)
    {
        if (parameter.Mask is { } mask)
            mask.CopyTo(values, 0);
        else
            Array.Fill(values, 1);
    }

    private static DeviceArrays State(IReadOnlyList<float[]> arrays, Device device) =>
        new(arrays, [.. arrays.Select(values => new long[] { values.Length })], device);

    private static Tensor Flat(IReadOnlyList<Parameter> parameters, Action<Parameter, float[]> fill, Device device)
    {
        float[][] arrays = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
        for (int i = 0; i < arrays.Length; i++)
            fill(parameters[i], arrays[i]);
        using var on = new DeviceArrays(arrays, [.. arrays.Select(values => new long[] { values.Length })], device);
        on.Upload();
        return on.Flat.clone().DetachFromDisposeScope();
    }
}
