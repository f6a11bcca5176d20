using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Cim.Runtime.Crossbar;

namespace Cim.Runtime.Execution;

/// <summary>
/// Runs layers of one image on several threads: the calling thread publishes a layer, takes parts of it like its helpers do, and waits
/// until all parts are done. A helper that is late costs nothing, since the others take its parts. Nothing is allocated after the first
/// use.
/// </summary>
internal sealed class SplitRunner
{
    /// <summary>
    /// Products of a part below which splitting a layer costs more than it saves: some 50 microseconds. Handing over a part takes one, but
    /// what a part writes then lies in another processor's cache, where the next steps have to fetch it.
    /// </summary>
    public const long ProductsPerPart = 2_000_000;

    /// <summary>
    /// Layers that the calling thread computes alone after one in which a helper had lost its processor: twice as many each time, because
    /// on a busy machine the next one will, too.
    /// </summary>
    private const int FewestAlone = 256, MostAlone = 1 << 20;

    /// <summary>After so many layers in time the machine is no longer taken for busy.</summary>
    private const int InTimeAgain = 4096;

    private const int SpinsBeforeYield = 1000;
    private const int CountBits = 16;
    private const long Mask = (1 << CountBits) - 1;
    private readonly SplitHelper[] _helpers;
    private PreparedLayer? _layer;
    private ReadOnlyMemory<byte> _input;
    private ReadOnlyMemory<byte> _residual;
    private Memory<byte> _output;
    private long _firstImage;
    private long _ticket; // the layer's number, its parts, and the next part to take, in one word
    private int _alone; // layers until the helpers are asked again
    private int _nextAlone = FewestAlone;
    private int _inTime;
    private int _done;
    private bool _isRunning;
    private Exception? _failure;

    /// <summary>Starts no thread yet.</summary>
    /// <param name="threads">Threads in all, the caller's included.</param>
    public SplitRunner(int threads)
    {
        _helpers = new SplitHelper[threads - 1];
        for (int i = 0; i < _helpers.Length; i++) _helpers[i] = new SplitHelper(this);
    }

    /// <summary>Whether a run is in progress, in which another layer may follow.</summary>
    public bool IsRunning
    {
        get => Volatile.Read(ref _isRunning);
        set => Volatile.Write(ref _isRunning, value);
    }

    /// <summary>Threads in all.</summary>
    public int Threads => _helpers.Length + 1;

    /// <summary>How many parts the next layer is cut into: one where helpers have just been late.</summary>
    public int NextParts(PreparedLayer layer, int threads)
    {
        if (_alone == 0) return Parts(layer, Math.Min(threads, Threads));
        _alone--;
        return 1;
    }

    /// <summary>How many parts a layer is worth, at most <paramref name="threads"/>.</summary>
    public static int Parts(PreparedLayer layer, int threads) =>
        (int)Math.Max(1, Math.Min(Math.Min(threads, layer.MaxSplit), layer.ProductsPerImage / ProductsPerPart));

    /// <summary>Makes sure that every helper has so much scratch memory.</summary>
    public void Prepare(int bytes)
    {
        foreach (SplitHelper helper in _helpers)
            if (helper.Workspace.Length < bytes) helper.Workspace = AlignedMemory.Allocate(bytes);
    }

    /// <summary>Runs a layer of one image in parts.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="memory">Its input, residual and output.</param>
    /// <param name="workspace">Scratch memory of the calling thread.</param>
    /// <param name="firstImage">The image's number in the whole run.</param>
    /// <param name="parts">How many parts, 2 to <see cref="Threads"/>.</param>
    public void Run(PreparedLayer layer, in SplitMemory memory, Memory<byte> workspace, long firstImage, int parts)
    {
        long start = Stopwatch.GetTimestamp();
        (_layer, _input, _residual, _output, _firstImage) = (layer, memory.Input, memory.Residual, memory.Output, firstImage);
        (_done, _failure) = (0, null);
        long number = (_ticket >> (2 * CountBits)) + 1;
        Volatile.Write(ref _ticket, (number << (2 * CountBits)) | ((long)parts << CountBits)); // publishes what is above
        for (int i = 0; i < parts - 1; i++) _helpers[i].Ask();
        while (TryWork(null, workspace))
        {
        }

        long done = Stopwatch.GetTimestamp();
        for (int spins = 0; Volatile.Read(ref _done) < parts; spins++)
        {
            // The others are about to finish; only one that has lost its processor takes longer.
            if (spins < SpinsBeforeYield) Thread.SpinWait(4);
            else Thread.Yield();
        }

        Learn(isLate: Stopwatch.GetTimestamp() - done > 2 * (done - start));
        (_layer, _input, _residual, _output) = (null, default, default, default);
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    private void Learn(bool isLate)
    {
        if (isLate)
        {
            (_alone, _nextAlone, _inTime) = (_nextAlone, Math.Min(2 * _nextAlone, MostAlone), 0);
            return;
        }

        if (++_inTime == InTimeAgain) _nextAlone = FewestAlone;
    }

    /// <summary>Computes a part if there is one that nobody has taken.</summary>
    /// <param name="helper">Who asks; null for the calling thread.</param>
    /// <param name="own">Scratch memory of the calling thread.</param>
    public bool TryWork(SplitHelper? helper, Memory<byte> own = default)
    {
        long ticket = Volatile.Read(ref _ticket);
        int part = (int)(ticket & Mask), parts = (int)((ticket >> CountBits) & Mask);
        if (part >= parts) return false;
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket) return true;
        // From here to the end of the part, layer and memory stay what they are.
        Memory<byte> workspace = helper?.Workspace ?? own;
        try
        {
            _layer!.Run(new LayerCall
            {
                Input = _input.Span, Residual = _residual.Span, Output = _output.Span, Workspace = workspace.Span,
                Images = 1, FirstImage = _firstImage, Split = new LayerSplit(part, parts),
            });
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }

        Interlocked.Increment(ref _done);
        return true;
    }
}

/// <summary>The buffers of a layer.</summary>
internal readonly record struct SplitMemory(ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Residual, Memory<byte> Output);
