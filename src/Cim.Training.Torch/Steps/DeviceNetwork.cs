using Cim.Training.Networks;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>Parameters and controls of a network on a device.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly DeviceArrays _fixed, _statistics;
    private readonly List<KeyValuePair<string, Tensor>> _values = [];

    /// <param name="network">The network; its arrays are read by <see cref="Upload"/> and written by <see cref="Download"/>.</param>
    /// <param name="trained">Parameters to differentiate for.</param>
    /// <param name="statistics">Controls that change on the device.</param>
    /// <param name="device">The device.</param>
    public DeviceNetwork(
        TrainableNetwork network, IReadOnlyList<Parameter> trained, IReadOnlyCollection<Control> statistics, Device device)
    {
        Control[] changing = [.. network.Controls.Where(statistics.Contains)], others = [.. network.Controls.Except(changing)];
        Parameters = new DeviceArrays(
            [.. network.Parameters.Select(p => p.Values)], [.. network.Parameters.Select(p => p.Dims)], device);
        _fixed = new DeviceArrays([.. others.Select(c => c.Values)], [.. others.Select(c => c.Dims)], device);
        _statistics = new DeviceArrays([.. changing.Select(c => c.Values)], [.. changing.Select(c => c.Dims)], device);
        Add(network.Parameters.Select(p => p.Name), Parameters);
        Add(others.Select(c => c.Name), _fixed);
        Add(changing.Select(c => c.Name), _statistics);
        Dictionary<string, Tensor> byName = new(_values, StringComparer.Ordinal);
        Trained = [.. trained.Select(parameter => byName[parameter.Name].requires_grad_(true))];
    }

    /// <summary>All parameters.</summary>
    public DeviceArrays Parameters { get; }

    /// <summary>Those that gradients are for, in the order given.</summary>
    public IReadOnlyList<Tensor> Trained { get; }

    /// <summary>Parameters and controls by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Values => _values;

    /// <summary>A control on the device.</summary>
    public Tensor this[Control control] => _values.First(value => value.Key == control.Name).Value;

    /// <summary>Copies all arrays of the host to the device.</summary>
    public void Upload()
    {
        Parameters.Upload();
        _fixed.Upload();
        _statistics.Upload();
    }

    /// <summary>Copies the controls that the host may have changed to the device.</summary>
    public void UploadControls() => _fixed.Upload();

    /// <summary>Copies what the device has changed to the arrays of the host.</summary>
    public void Download()
    {
        Parameters.Download();
        _statistics.Download();
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _fixed.Dispose();
        _statistics.Dispose();
    }

    private void Add(IEnumerable<string> names, DeviceArrays arrays) =>
        _values.AddRange(names.Zip(arrays.Views, (name, view) => new KeyValuePair<string, Tensor>(name, view)));
}
