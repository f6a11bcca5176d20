using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>Arrays of the host that lie one after the other in one tensor of a device, so that one copy moves all of them.</summary>
internal sealed class DeviceArrays : IDisposable
{
    private readonly IReadOnlyList<float[]> _host;
    private readonly float[] _staging;
    private readonly Tensor _stagingTensor;

    /// <param name="host">The arrays; not copied, and read and written in place.</param>
    /// <param name="dims">Their shapes.</param>
    /// <param name="device">The device.</param>
    public DeviceArrays(IReadOnlyList<float[]> host, IReadOnlyList<long[]> dims, Device device)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _host = host;
        _staging = new float[host.Sum(values => values.Length)];
        _stagingTensor = _staging.Length == 0
            ? empty(0)
            : frombuffer(_staging, ScalarType.Float32, _staging.Length, 0, false);
        _stagingTensor.DetachFromDisposeScope();
        Flat = zeros(_staging.Length, ScalarType.Float32, device).DetachFromDisposeScope();
        var views = new List<Tensor>();
        long offset = 0;
        for (int i = 0; i < host.Count; i++)
        {
            views.Add(Flat.narrow(0, offset, host[i].Length).reshape(dims[i]).detach().DetachFromDisposeScope());
            offset += host[i].Length;
        }

        Views = views;
    }

    /// <summary>All values.</summary>
    public Tensor Flat { get; }

    /// <summary>Each array in its shape, over the memory of <see cref="Flat"/>.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>Copies the arrays to the device.</summary>
    public void Upload()
    {
        int offset = 0;
        foreach (float[] values in _host)
        {
            values.CopyTo(_staging.AsSpan(offset));
            offset += values.Length;
        }

        using IDisposable quiet = no_grad();
        if (_staging.Length > 0)
            Flat.copy_(_stagingTensor);
    }

    /// <summary>Copies the values of the device to the arrays.</summary>
    public void Download() => Download(Flat);

    /// <summary>Copies other values of as many elements to the arrays.</summary>
    public void Download(Tensor flat)
    {
        if (_staging.Length == 0)
            return;
        using (IDisposable quiet = no_grad())
            _stagingTensor.copy_(flat);
        int offset = 0;
        foreach (float[] values in _host)
        {
            _staging.AsSpan(offset, values.Length).CopyTo(values);
            offset += values.Length;
        }
    }

    public void Dispose()
    {
        foreach (Tensor view in Views)
            view.Dispose();
        Flat.Dispose();
        _stagingTensor.Dispose();
    }
}
