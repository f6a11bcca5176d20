using Cim.Runtime.Diagnostics;
using Cim.Runtime.Execution;
using Cim.Runtime.Format;
using Cim.Runtime.Telemetry;
using Cim.Runtime.Model;

namespace Cim.Runtime;

/// <summary>
/// A compiled network on simulated crossbars. One instance may be used by many threads at once; after the first runs a run
/// allocates nothing. Samples lie one after the other in the caller's floats; integer inputs are rounded, integer outputs
/// converted. Inputs must be finite numbers (CIM4004). After <see cref="Dispose"/> a new run is an
/// <see cref="ObjectDisposedException"/>; runs that have begun end normally. A shared model (<see cref="LoadShared"/>) is never disposed.
/// </summary>
public sealed partial class CimModel : IDisposable
{
    // Null after Dispose. A run keeps what it uses alive until it ends.
    private volatile PlanTable? _plans;
    private volatile CompiledModel? _compiled;

    /// <param name="compiled">The network.</param>
    /// <param name="chips">Chips shared with models whose cells are programmed alike, or null.</param>
    internal CimModel(CompiledModel compiled, Crossbar.Programming.ProgrammedChips? chips = null)
    {
        (_compiled, Info) = (compiled, compiled.Info);
        try
        {
            _plans = new PlanTable(compiled, chips);
        }
        catch (Exception e) when (e is OverflowException || e is CimException { Code: not ErrorCodes.InvalidCompiledModel })
        {
            throw CimFile.Corrupt(e.Message, e);
        }
    }

    /// <summary>What was compiled: inputs, outputs, cost, accuracy, hashes.</summary>
    public ModelInfo Info { get; }

    private bool IsShared { get; init; }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal CompiledModel Compiled
    {
        get
        {
            CompiledModel? compiled = _compiled;
            ObjectDisposedException.ThrowIf(compiled is null, this);
            return compiled;
        }
    }

    /// <summary>Loads a <c>.cim</c> file.</summary>
    /// <exception cref="CimException">CIM0001: the file cannot be read; CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream stream = InputFile.Open(path, "model");
            return Load(stream);
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The file '{Path.GetFullPath(path)}' cannot be read: {e.Message}", e)
            {
                File = path,
            };
        }
    }

    /// <summary>Loads a compiled model from a stream, which may be closed afterwards.</summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Measured(() => new CimModel(ModelReader.Read(stream)));
    }

    /// <summary>
    /// Loads a compiled model that a whole program shares: <see cref="Dispose"/> leaves it as it is, so that nobody takes it from another.
    /// </summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel LoadShared(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Measured(() => new CimModel(ModelReader.Read(stream)) { IsShared = true });
    }

    /// <summary>Loads a compiled model from memory, which must not change while the model is used.</summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(ReadOnlyMemory<byte> data) =>
        Measured(() => new CimModel(ModelReader.Read(data)));

    /// <summary>Programs the arrays (packs the weights) for a fidelity and seed now instead of in the first run that needs them.</summary>
    public void Prepare(RunOptions? options = null)
    {
        options = RunChecks.Valid(options);
        Plans().Prepare(options.Fidelity, options.Seed);
    }

    /// <summary>Frees the memory of the model, unless it is shared. Runs still going on in other threads end normally.</summary>
    public void Dispose()
    {
        if (IsShared) return;
        _plans = null;
        _compiled = null;
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal PlanTable Plans()
    {
        PlanTable? plans = _plans;
        ObjectDisposedException.ThrowIf(plans is null, this);
        return plans;
    }

    private Executor Open(int? plan) => plan is { } index ? Plans()[index] : Plans().Calibrated;

    private static CimModel Measured(Func<CimModel> load)
    {
        Measurement measurement = ModelTelemetry.Load();
        try
        {
            CimModel model = load();
            if (measurement.IsActive) measurement.Tag("cim.model", model.Info.Name).Tag("cim.hardware", model.Info.Hardware);
            return model;
        }
        catch (Exception e)
        {
            measurement.Fail(e);
            throw;
        }
        finally
        {
            measurement.Dispose();
        }
    }
}
