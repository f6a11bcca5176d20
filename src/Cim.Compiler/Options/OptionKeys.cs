namespace Cim.Compiler.Options;

/// <summary>The keys an option belongs to: what changes with it must not be taken from an earlier result.</summary>
[Flags]
internal enum OptionKeys
{
    /// <summary>No key: the row says why.</summary>
    None = 0,

    /// <summary>The lock file: the compiled model depends on the option.</summary>
    Lock = 1,

    /// <summary>The cache of compiled models: the model, its report or its warnings depend on the option.</summary>
    Cache = 2,

    /// <summary>The log of a search: what is measured of a policy depends on the option.</summary>
    Trials = 4,

    /// <summary>A trained candidate in that log.</summary>
    Candidates = 8,

    /// <summary>The checkpoint of a training.</summary>
    Checkpoint = 16,
}

/// <summary>When an option is written into the key of a lock file. Later options are written only where they are used, so that older
/// lock files stay valid.</summary>
internal enum KeyWriting
{
    /// <summary>Where it is not the default.</summary>
    WhenChanged,

    /// <summary>Where it has a value.</summary>
    WhenSet,

    /// <summary>Always; <c>none</c> stands for no value.</summary>
    Always,

    /// <summary>By another row, which has a value only with this one.</summary>
    ByAnother,
}
