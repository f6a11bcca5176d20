using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Import;
using Cim.Compiler.Locking;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// The lock file: which inputs a compilation read (by hash), the precisions it chose, and what came out. A lock of the same inputs supplies
/// the precisions and the quantized network, so that neither a search nor rounding nor training is repeated, where a processor's last bits
/// would lead elsewhere; a lock of other inputs is an error that names what changed, unless the compilation is forced, which writes it
/// anew.
/// </summary>
internal sealed class CompileLock
{
    private readonly ImmutableSortedDictionary<string, string> _inputs;

    private CompileLock(
        ImmutableSortedDictionary<string, string> inputs, QuantizationPolicy? policy = null, LockResult? result = null) =>
        (_inputs, Policy, Result) = (inputs, policy, result);

    /// <summary>What is wrong with the lock that is about to be replaced; null if nothing is.</summary>
    public string? Stale { get; private init; }

    /// <summary>Whether the locked result is to be replaced by what was emitted.</summary>
    public bool Renews { get; set; }

    /// <summary>The locked precisions; null if there is no lock file yet.</summary>
    public QuantizationPolicy? Policy { get; }

    /// <summary>The locked result; null if there is none yet.</summary>
    public LockResult? Result { get; }

    /// <summary>What the stages warned of whose result is locked.</summary>
    public ImmutableArray<LockedWarning> Warnings { get; private init; } = [];

    /// <summary>Reads the lock file, if there is one, and compares its inputs with those of this compilation.</summary>
    /// <param name="options">The compilation.</param>
    /// <param name="hardware">Its hardware.</param>
    /// <param name="layers">The model's layers, for checking the locked ones.</param>
    /// <exception cref="CimException">CIM1010: inputs changed; CIM0011: the lock is malformed.</exception>
    public static CompileLock Open(CompileOptions options, HardwareProfile hardware, PolicyLayers layers)
    {
        ImmutableSortedDictionary<string, string> inputs = ResultKey.OfLock(options, hardware);
        string path = options.LockPath!;
        // What cannot be written fails here, not after the search.
        if (!options.Locked && !File.Exists(path)) Writable(path, () => AtomicFile.Probe(path));
        if (options.ForceEvaluate) return new CompileLock(inputs);
        if (!File.Exists(path))
        {
            return !options.Locked ? new CompileLock(inputs) : throw OptionError.Of(ErrorCodes.LockMissing,
                $"The lock file does not exist, and {OptionTable.Locked.Named()} compiles nothing that is not locked. Compile once "
                    + $"without {OptionTable.Locked.Named()} and commit the lock file.", path);
        }

        LockFile file = LockFile.Read(path, layers.Defaults);
        ImmutableSortedDictionary<string, string> locked = file.Inputs;
        string[] changed = [.. inputs.Keys.Union(locked.Keys).Order(StringComparer.Ordinal)
            .Where(k => inputs.GetValueOrDefault(k) != locked.GetValueOrDefault(k))];
        if (changed.Length > 0)
        {
            string what = string.Join(
                "; ", changed.Select(k => $"{k} was {locked.GetValueOrDefault(k, "absent")}, is {inputs.GetValueOrDefault(k, "absent")}"));
            if (options.RefreshLock) return new CompileLock(inputs) { Stale = what };
            throw OptionError.Of(ErrorCodes.LockMismatch,
                $"The lock file was made from other inputs: {what}. Undo the change, or compile with {OptionTable.ForceEvaluate.Named()} "
                    + $"to write the lock anew.", path);
        }

        return new CompileLock(inputs, file.Policy.Bind(layers.Shapes, layers.ArrayRows), file.Result) { Warnings = file.Warnings };
    }

    /// <summary>Writes the lock file, unless it says the same already: a checkout may be read-only.</summary>
    /// <param name="path">The file.</param>
    /// <param name="policy">The precisions.</param>
    /// <param name="result">What came out; null if nothing was compiled yet.</param>
    /// <param name="warnings">What is to be warned of whenever the lock is used.</param>
    /// <exception cref="CimException">CIM0008: it would change and cannot be written.</exception>
    public void Write(string path, QuantizationPolicy policy, LockResult? result, ImmutableArray<CompileWarning> warnings)
    {
        byte[] text = new LockFile(_inputs, PolicyText.Of(policy), result)
        {
            Warnings = [.. warnings.Select(w => new LockedWarning(w.Code, w.Text.Encode()))],
        }.ToBytes();
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(text)) return;
        Writable(path, () => AtomicFile.Write(path, stream => stream.Write(text)));
    }

    private static void Writable(string path, Action write)
    {
        try
        {
            write();
        }
        catch (CimException e) when (e.Code == ErrorCodes.FileNotWritable)
        {
            throw OptionError.Of(e.Code, $"{e.Message} It is the lock file, which keeps what was chosen and what came out: compile once "
                + $"where it can be written and commit it, or name another with {OptionTable.Lock.Named()}.", path, e);
        }
    }
}
