using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cim.Cli.Studies;

/// <summary>
/// The work of a command line, cut into parts that can be computed in any order and by any process that sees the same files. The
/// results of all parts give the result of the command, the same whether one process computed them or many.
/// </summary>
internal abstract class Study : IDisposable
{
    /// <summary>A hash of everything the results depend on.</summary>
    public abstract string Key { get; }

    /// <summary>How many parts there are.</summary>
    public abstract int Parts { get; }

    /// <summary>A part, for people.</summary>
    public abstract string Describe(int part);

    /// <summary>Computes neighbouring parts.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <returns>Their results, each as soon as it is there.</returns>
    public abstract IEnumerable<JsonElement> Compute(int first, int count, CancellationToken cancellation);

    /// <summary>Writes and prints what the command gives.</summary>
    /// <param name="parts">The results of all parts.</param>
    /// <param name="seconds">How long they took, all together.</param>
    public abstract void Finish(IReadOnlyList<JsonElement> parts, double seconds);

    /// <summary>What was studied, a row for each design.</summary>
    /// <param name="parts">The results of all parts.</param>
    public abstract StudyTable Designs(IReadOnlyList<JsonElement> parts);

    /// <summary>Whether results decide what is computed next: such a study begins without parts and is computed in rounds.</summary>
    public virtual bool Grows => false;

    /// <summary>The parts of the next round.</summary>
    /// <param name="parts">The results of all rounds so far.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <returns>None if the results are enough.</returns>
    public virtual IReadOnlyList<StudyPart> Next(IReadOnlyList<JsonElement> parts, CancellationToken cancellation) => [];

    /// <summary>Computes all parts here, and finishes.</summary>
    public void FinishHere(CancellationToken cancellation)
    {
        var time = Stopwatch.StartNew();
        JsonElement[] parts = [.. Compute(0, Parts, cancellation)];
        Finish(parts, time.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A study whose parts have results of a type.</summary>
/// <param name="type">How a result is stored.</param>
internal abstract class Study<TPart>(JsonTypeInfo<TPart> type) : Study
{
    /// <inheritdoc/>
    public sealed override IEnumerable<JsonElement> Compute(int first, int count, CancellationToken cancellation) =>
        Measure(first, count, cancellation).Select(part => JsonSerializer.SerializeToElement(part, type));

    /// <inheritdoc/>
    public sealed override void Finish(IReadOnlyList<JsonElement> parts, double seconds) => Finish(Read(parts), seconds);

    /// <inheritdoc/>
    public sealed override StudyTable Designs(IReadOnlyList<JsonElement> parts) => Designs(Read(parts));

    /// <inheritdoc/>
    public sealed override IReadOnlyList<StudyPart> Next(IReadOnlyList<JsonElement> parts, CancellationToken cancellation) =>
        Next(Read(parts), cancellation);

    /// <inheritdoc cref="Study.Next"/>
    protected virtual IReadOnlyList<StudyPart> Next(IReadOnlyList<TPart> parts, CancellationToken cancellation) => [];

    /// <inheritdoc cref="Compute"/>
    protected abstract IEnumerable<TPart> Measure(int first, int count, CancellationToken cancellation);

    /// <inheritdoc cref="Study.Finish"/>
    protected abstract void Finish(IReadOnlyList<TPart> parts, double seconds);

    /// <inheritdoc cref="Study.Designs"/>
    protected abstract StudyTable Designs(IReadOnlyList<TPart> parts);

    private TPart[] Read(IReadOnlyList<JsonElement> parts) => [.. parts.Select(part => part.Deserialize(type)!)];
}
