using MotionSensor;

// Somebody walks: gravity along z, a step twice a second, 1.28 s of readings at 25 Hz, axis after axis.
float[] window = [.. from axis in Enumerable.Range(0, 3) from t in Enumerable.Range(0, 32)
                     select axis == 2 ? 1 + (0.3f * MathF.Sin(2 * MathF.PI * 2 * t / 25)) : 0f];

using Motion model = Motion.Load();
ReadOnlySpan<float> activities = model.Run(window).Activities;
string[] names = ["still", "walking", "running", "tap"];
Console.WriteLine($"{names[activities.IndexOf(activities.ToArray().Max())]} ({string.Join(", ", activities.ToArray())})");
Console.WriteLine(Motion.Info.Cost);
