using Cim.Runtime.Diagnostics;

namespace Cim.Training.Loop;

/// <summary>The results of the completed stages of a training, in a file; within a stage nothing is saved.</summary>
/// <param name="path">The file; null = nothing is saved.</param>
/// <param name="key">Of <see cref="Checkpoint.Key"/>.</param>
/// <param name="arrays">What a stage changes.</param>
internal sealed class StageCheckpoint(string? path, string key, IEnumerable<float[]> arrays)
{
    /// <summary>Fills the arrays and returns how many stages are done.</summary>
    /// <exception cref="Cim.Runtime.CimException">The file cannot be read, is damaged or of another training.</exception>
    public int Load() => path is not null && FileFacts.KindOf(path) == FileKind.Regular ? Checkpoint.Load(path, key, arrays).Epoch : 0;

    /// <summary>Saves the result of so many stages.</summary>
    /// <exception cref="Cim.Runtime.CimException"><see cref="Cim.Runtime.ErrorCodes.FileNotWritable"/>; what was saved before is still
    /// there.</exception>
    public void Save(int stages)
    {
        if (path is not null)
            new Checkpoint
            {
                Epoch = stages,
                Steps = 0,
                BestEpoch = 0,
                BestScore = 0,
                HighestScore = 0,
                Losses = [],
                Scores = [],
            }.Save(path, key, arrays);
    }
}
