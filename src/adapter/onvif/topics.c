/* Topics of ONVIF devices and what they mean to a guard. From the ONVIF specifications
 * (Imaging 20.06, Analytics 21.06, Device IO 21.12, Core 23.06 annex, Access Control 21.06); of
 * makers' own topics those that are common. Longer ends stand before shorter ones. */
#include "adapter/onvif/own.h"

#define ROW(topic, item, kind, priority, text)                            \
    {                                                                     \
        topic, item, SIGNAL_KIND_##kind, SIGNAL_PRIORITY_##priority, text \
    }

static const struct onvif_topic topics[] = {
    ROW("VideoSource/MotionAlarm", "State", MOTION, LOW, "motion"),
    ROW("CellMotionDetector/Motion", "IsMotion", MOTION, LOW, "motion"),
    ROW("MotionRegionDetector/Motion", "State", MOTION, LOW, "motion in a region"),
    ROW("FieldDetector/ObjectsInside", "IsInside", ALARM, MEDIUM, "something is inside a field"),
    ROW("LineDetector/Crossed", NULL, ALARM, MEDIUM, "a line was crossed"),
    ROW("LoiteringDetector/ObjectIsLoitering", "State", ALARM, MEDIUM, "somebody loiters"),
    ROW("DeclarativeMotionDetector/Motion", "State", MOTION, LOW, "motion by a rule"),
    ROW("MyRuleDetector/PeopleDetect", "State", MOTION, LOW, "a person is seen"),
    ROW("MyRuleDetector/VehicleDetect", "State", MOTION, LOW, "a vehicle is seen"),
    ROW("MyRuleDetector/FaceDetect", "State", MOTION, LOW, "a face is seen"),
    ROW("MyRuleDetector/DogCatDetect", "State", MOTION, NOTE, "an animal is seen"),
    ROW("MyRuleDetector/Visitor", "State", MOTION, LOW, "somebody rings"),
    ROW("PeopleDetector/People", "IsPeople", MOTION, LOW, "a person is seen"),
    ROW("IVA/HumanShapeDetect", "State", MOTION, LOW, "a person is seen"),
    ROW("TamperDetector/Tamper", "IsTamper", TAMPER, HIGH, "somebody is tampering with the camera"),
    ROW("GlobalSceneChange/ImagingService", "State", TAMPER, HIGH,
        "the whole scene has changed: moved, turned or covered"),
    ROW("GlobalSceneChange/AnalyticsService", "State", TAMPER, HIGH,
        "the whole scene has changed: moved, turned or covered"),
    ROW("GlobalSceneChange/RecordingService", "State", TAMPER, HIGH,
        "the whole scene has changed: moved, turned or covered"),
    ROW("ImageTooBlurry/ImagingService", "State", TAMPER, MEDIUM, "the picture is blurred"),
    ROW("ImageTooBlurry/AnalyticsService", "State", TAMPER, MEDIUM, "the picture is blurred"),
    ROW("ImageTooBlurry/RecordingService", "State", TAMPER, MEDIUM, "the picture is blurred"),
    ROW("ImageTooDark/ImagingService", "State", TAMPER, MEDIUM, "the picture is dark"),
    ROW("ImageTooDark/AnalyticsService", "State", TAMPER, MEDIUM, "the picture is dark"),
    ROW("ImageTooDark/RecordingService", "State", TAMPER, MEDIUM, "the picture is dark"),
    ROW("ImageTooBright/ImagingService", "State", TAMPER, MEDIUM, "the picture is blinded"),
    ROW("ImageTooBright/AnalyticsService", "State", TAMPER, MEDIUM, "the picture is blinded"),
    ROW("ImageTooBright/RecordingService", "State", TAMPER, MEDIUM, "the picture is blinded"),
    ROW("VideoSource/SignalLoss", "State", TROUBLE, MEDIUM, "the video signal is lost"),
    ROW("VideoSource/ConnectionFailed", "State", TROUBLE, MEDIUM, "the video source is lost"),
    ROW("Device/Trigger/DigitalInput", "LogicalState", STATUS, LOW, "a contact is closed"),
    ROW("Device/Trigger/Relay", "LogicalState", STATUS, NOTE, "a relay is switched"),
    ROW("Audio/DetectedSound", "isSoundDetected", STATUS, LOW, "a sound is heard"),
    ROW("HardwareFailure/FanFailure", "Failed", TROUBLE, LOW, "a fan has failed"),
    ROW("HardwareFailure/PowerSupplyFailure", "Failed", TROUBLE, MEDIUM, "its power has failed"),
    ROW("HardwareFailure/StorageFailure", "Failed", TROUBLE, MEDIUM, "its storage has failed"),
    ROW("HardwareFailure/TemperatureCritical", "Critical", TROUBLE, MEDIUM,
        "it is too hot or cold"),
    ROW("OperatingTime/LastReboot", NULL, STATUS, NOTE, "it was started again"),
    ROW("OperatingTime/LastReset", NULL, CHANGE, MEDIUM, "it was reset to factory settings"),
    ROW("OperatingTime/LastClockSynchronization", NULL, CHANGE, NOTE, "its clock was set"),
    ROW("UserAlarm/IllegalAccess", "State", LOGIN, MEDIUM, "sign-ins to it were refused"),
    ROW("AccessControl/Duress", NULL, DURESS, URGENT, "duress at a reader"),
    ROW("AccessControl/Denied", NULL, ACCESS, LOW, "a credential was refused"),
    ROW("AccessControl/AccessGranted", NULL, ACCESS, NOTE, "a credential was accepted"),
};

const struct onvif_topic *onvif_topic_find(struct str topic)
{
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        size_t len = strlen(topics[i].topic);
        bool whole = topic.len == len || (topic.len > len && topic.ptr[topic.len - len - 1] == '/');
        bool below = str_starts(topic, topics[i].topic) && topic.len > len && topic.ptr[len] == '/';
        if ((whole && str_ends(topic, topics[i].topic)) || below)
            return &topics[i];
    }
    return NULL;
}
